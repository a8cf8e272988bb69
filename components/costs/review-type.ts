import type { RouterOutputs } from "@/components/trpc/client";

export type Review = RouterOutputs["reviews"]["week"];
