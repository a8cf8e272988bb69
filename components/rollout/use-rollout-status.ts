"use client";
import { useEnvironment } from "@/components/frame/environment";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";

export type RolloutStatus = RouterOutputs["rollout"]["status"];

/** Others' changes are seen within this time while the tab is in sight. */
const REFRESH_MS = 2_000;

/** Who serves in this environment, and whether the way back is open. Shared by all that shows it on a page. */
export function useRolloutStatus() {
  const { name } = useEnvironment();
  return trpc.rollout.status.useQuery(
    { environment: name },
    { refetchInterval: REFRESH_MS, staleTime: REFRESH_MS / 2, retry: false },
  );
}
