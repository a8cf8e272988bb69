import type { RouterOutputs } from "@/components/trpc/client";

export type ApiKey = RouterOutputs["keys"]["list"][number];
