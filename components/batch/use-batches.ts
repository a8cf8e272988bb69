"use client";
import { useEnvironment } from "@/components/frame/environment";
import { type RouterOutputs, trpc } from "@/components/trpc/client";

export type Batch = RouterOutputs["batch"]["get"];
export type BatchCall = Batch["pairs"][number]["calls"][number];

const RUNNING_MS = 1_000;
const AT_REST_MS = 5_000;

export function useBatchList() {
  const { name } = useEnvironment();
  return trpc.batch.list.useQuery(
    { environment: name },
    {
      refetchInterval: (query) =>
        query.state.data?.batches.some(({ endedAtMs }) => endedAtMs === null) ? RUNNING_MS : AT_REST_MS,
    },
  );
}

export function useBatch(batchId: string) {
  return trpc.batch.get.useQuery(
    { batchId },
    { refetchInterval: (query) => (query.state.data && query.state.data.endedAtMs !== null ? false : RUNNING_MS) },
  );
}
