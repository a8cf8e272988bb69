import type { RouterOutputs } from "@/components/trpc/client";

export type BookedPrice = RouterOutputs["prices"]["list"]["prices"][number];
