import { trpc } from "@/components/trpc/client";

const RUNNING_MS = 1_000;
/** Another person, or the run's own end, may change it. */
const IDLE_MS = 10_000;

/** The sandbox's sample traffic: what is under way, and the ways to start and end it. */
export function useSampleTraffic(environment: string, enabled: boolean) {
  const utils = trpc.useUtils();
  const status = trpc.traffic.status.useQuery(
    { environment },
    { enabled, refetchInterval: ({ state }) => (state.data ? RUNNING_MS : IDLE_MS) },
  );
  const settled = { onSettled: () => utils.traffic.status.invalidate({ environment }) };
  const start = trpc.traffic.start.useMutation(settled);
  const stop = trpc.traffic.stop.useMutation(settled);
  return {
    run: status.data ?? null,
    isKnown: status.data !== undefined,
    start: () => start.mutate({ environment }),
    stop: () => stop.mutate({ environment }),
    isBusy: start.isPending || stop.isPending,
    error: start.error ?? stop.error,
  };
}
