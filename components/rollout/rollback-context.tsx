"use client";
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { servingHeadline } from "@/components/frame/serving";
import { trpc } from "@/components/trpc/client";
import { useLastingToast } from "@/components/ui/toast";
import { CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { blockedBecause } from "./blocked-because";
import { RollbackToast } from "./rollback-toast";
import { useRolloutStatus } from "./use-rollout-status";

export const ROLL_BACK = `Roll back to ${PROVIDER_NAMES[CONTROL]}`;

interface RollbackControl {
  /** Sends the change: no question first. Nothing while one is under way or where there is nothing to take back. */
  run: () => void;
  busy: boolean;
  blocked: string | null;
  /** What failed, until the next try or until it is put away. */
  failure: string | null;
  dismissFailure: () => void;
}

const RollbackContext = createContext<RollbackControl | null>(null);

export function useRollback(): RollbackControl {
  const control = use(RollbackContext);
  if (control === null) throw new Error("useRollback needs a RollbackProvider above it");
  return control;
}

/**
 * One rollback for all buttons of a page, with what follows it: the announcement, and the toast, which also comes when
 * another tab, person or rule has rolled back.
 */
export function RollbackProvider({ children }: { children: ReactNode }) {
  const { name: environment } = useEnvironment();
  const status = useRolloutStatus();
  const utils = trpc.useUtils();
  const { mutate, isPending, error, reset } = trpc.rollout.rollBack.useMutation({
    onSettled: async () => {
      // The button stays busy until the page shows what the server has confirmed.
      await utils.rollout.status.invalidate();
    },
  });
  const announcement = useNews(environment, status);
  const blocked = blockedBecause(status.data);

  const control = useMemo<RollbackControl>(
    () => ({
      run: () => {
        if (!isPending && blocked === null) mutate({ environment, reason: null });
      },
      busy: isPending,
      blocked,
      failure: error && !isPending ? error.message : null,
      dismissFailure: reset,
    }),
    [environment, isPending, blocked, error, mutate, reset],
  );
  return (
    <RollbackContext value={control}>
      {children}
      <p role="status" className="sr-only">
        {isPending ? "Rolling back…" : announcement}
      </p>
    </RollbackContext>
  );
}

/** Words for the live region when the split moves while the page is open; a rollback also gets its toast. */
function useNews(environment: string, query: ReturnType<typeof useRolloutStatus>): string {
  const [words, setWords] = useState("");
  const seen = useRef<{ environment: string; number: number; shareBp: number } | null>(null);
  const lasting = useLastingToast();
  const latest = useRef(lasting);
  useEffect(() => {
    latest.current = lasting;
  });
  const utils = trpc.useUtils();
  const { data: status, dataUpdatedAt } = query;
  useEffect(() => {
    if (!status) return;
    const { revision, nowMs } = status;
    const before = seen.current;
    seen.current = { environment, number: revision.number, shareBp: revision.candidateShareBp };
    if (before?.environment !== environment || revision.number <= before.number) return;
    // Whoever made it: what else the page shows of the rollout is old now.
    void Promise.all([
      utils.rollout.history.invalidate(),
      utils.gates.invalidate(),
      utils.incidents.invalidate(),
      utils.overview.invalidate(),
    ]);
    if (revision.candidateShareBp !== before.shareBp) setWords(servingHeadline(revision.candidateShareBp));
    if (revision.details?.kind !== "rollback") return;
    const atMs = dataUpdatedAt - (nowMs - revision.createdAtMs);
    latest.current({
      id: `rollback-${environment}-${revision.number}`,
      title: `Rolled back to ${PROVIDER_NAMES[CONTROL]}`,
      body: (close) => <RollbackToast environment={environment} revision={revision} atMs={atMs} onClose={close} />,
    });
  }, [status, dataUpdatedAt, environment, utils]);
  return words;
}
