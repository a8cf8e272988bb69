"use client";
import { trpc } from "@/components/trpc/client";
import { isTerminal } from "@/server/domain/vocabulary";

const POLL_MS = 1_500;

/**
 * One generation, followed until it ends: by the server's stream, and by asking while there is no stream. Ended ones
 * are asked for once.
 */
export function useGeneration(id: string | null) {
  const utils = trpc.useUtils();
  const asked = { id: id ?? "" };
  const live = (query: { state: { data?: { state: Parameters<typeof isTerminal>[0] } } }) =>
    query.state.data === undefined || !isTerminal(query.state.data.state);
  const query = trpc.generations.get.useQuery(asked, {
    enabled: id !== null,
    // The stream is quicker; this also holds when a proxy in between swallows it.
    refetchInterval: (current) => (live(current) ? POLL_MS : false),
  });
  const open = query.data !== undefined && !isTerminal(query.data.state);
  trpc.generations.watch.useSubscription(asked, {
    enabled: id !== null && open,
    onData: ({ data }) => {
      utils.generations.get.setData(asked, data);
    },
  });
  return query;
}
