"use client";
import Link from "next/link";
import { useState } from "react";
import { formatShareBp } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { ClockTime } from "@/components/ui/clock-time";
import { useToast } from "@/components/ui/toast";
import { useNow } from "@/components/ui/use-now";
import { REVISION_SOURCE_WORDS } from "@/components/words";
import { actorWords } from "@/server/domain/actor-words";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ReasonForm } from "./reason-form";
import { stopwatchWords } from "./stopwatch-words";
import { type RolloutStatus, useRolloutStatus } from "./use-rollout-status";

const UNDO_MS = 15_000;

interface RollbackToastProps {
  environment: string;
  revision: RolloutStatus["revision"];
  /** When it was committed, on this browser's clock. */
  atMs: number;
  onClose: () => void;
}

/** Who rolled back and how it went; a short time to take it back, and any time to say why it was done. */
export function RollbackToast({ environment, revision, atMs, onClose }: RollbackToastProps) {
  const [reasonOpen, setReasonOpen] = useState(false);
  const { hrefIn } = useEnvironment();
  const entry = useHistoryEntry(environment, revision.number);
  const who = `by ${actorWords(revision.actor)} ${REVISION_SOURCE_WORDS[revision.source]}`;
  return (
    <div className="mt-1 flex flex-col gap-2 text-small text-ink-2">
      <p className="m-0 break-words">
        {who}, at <ClockTime atMs={atMs} />
        {entry?.stopwatch ? <span className="block">{stopwatchWords(entry.stopwatch)}</span> : null}
        {entry?.reason ? <span className="block">Reason: {entry.reason}</span> : null}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Undo environment={environment} revision={revision} atMs={atMs} onDone={onClose} />
        {reasonOpen || entry?.reason ? null : (
          <Button size="small" onClick={() => setReasonOpen(true)}>
            Add reason
          </Button>
        )}
        {entry?.incidentId ? (
          <Link href={hrefIn(`/alerts/${entry.incidentId}`)} className="inline-flex min-h-6 items-center text-ink-1">
            Open incident
          </Link>
        ) : null}
      </div>
      {reasonOpen ? (
        <ReasonForm environment={environment} revision={revision.number} onDone={() => setReasonOpen(false)} />
      ) : null}
    </div>
  );
}

/** The rollback in the history, asked again until its jobs have ended. */
function useHistoryEntry(environment: string, number: number) {
  const history = trpc.rollout.history.useQuery(
    { environment, beforeNumber: number + 1, limit: 1 },
    { refetchInterval: (query) => (isSettled(query.state.data?.[0]?.stopwatch) ? false : 3_000) },
  );
  return history.data?.[0];
}

function isSettled(stopwatch: { inFlight: number; inFlightEnded: number } | null | undefined): boolean {
  return stopwatch != null && stopwatch.inFlightEnded >= stopwatch.inFlight;
}

function Undo({ environment, revision, atMs, onDone }: Omit<RollbackToastProps, "onClose"> & { onDone: () => void }) {
  const nowMs = useNow(250);
  const status = useRolloutStatus();
  const utils = trpc.useUtils();
  const toast = useToast();
  const undo = trpc.rollout.undoRollback.useMutation({
    onSuccess: async ({ candidateShareBp }) => {
      await utils.rollout.status.invalidate();
      void Promise.all([utils.rollout.invalidate(), utils.overview.invalidate()]);
      toast("Rollback undone", `${PROVIDER_NAMES[CANDIDATE]} gets ${formatShareBp(candidateShareBp)} again.`);
      onDone();
    },
  });
  const left = nowMs === null ? UNDO_MS : atMs + UNDO_MS - nowMs;
  const overtaken = (status.data?.revision.number ?? revision.number) !== revision.number;
  if (undo.error) {
    return (
      <p role="alert" className="m-0 basis-full text-breach-text">
        Not undone: {undo.error.message}
      </p>
    );
  }
  if ((left <= 0 && !undo.isPending) || overtaken) return null;
  return (
    <Button
      size="small"
      variant="primary"
      busy={undo.isPending}
      onClick={() => undo.mutate({ environment, rollbackRevision: revision.number })}
    >
      {undo.isPending ? "Undoing…" : "Undo"}
      {/* A toast is a live region: the seconds must not be read out one by one. */}
      <span aria-hidden="true">{Math.max(0, Math.ceil(left / 1000))} s</span>
    </Button>
  );
}
