"use client";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import type { GenerationImage } from "@/server/domain/generation-view";
import { lastRunsInput } from "./last-runs-input";

/** The newest picture of the strip; null while there is none. */
export function useLastResult(): GenerationImage | null {
  const { name } = useEnvironment();
  const runs = trpc.generations.list.useQuery(lastRunsInput(name));
  return runs.data?.rows.find((row) => row.state === "succeeded")?.images[0] ?? null;
}
