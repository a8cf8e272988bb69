"use client";
import Link from "next/link";
import { useState } from "react";
import { formatDuration, shortId } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Panel } from "@/components/ui/panel";
import { STATE_WORDS } from "@/components/words";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { Incident } from "./incident-words";

const SHOWN = 20;

/** The jobs that were at ComfyUI when it was left: they end there, or are stopped and sent again. */
export function InFlightPanel({ incident, mayOperate }: { incident: Incident; mayOperate: boolean }) {
  const { hrefIn } = useEnvironment();
  const [asking, setAsking] = useState(false);
  const utils = trpc.useUtils();
  const choose = trpc.incidents.chooseInFlight.useMutation({
    onSuccess: async () => {
      setAsking(false);
      await Promise.all([utils.incidents.invalidate(), utils.rollout.invalidate()]);
    },
  });
  const { id, inFlight, inFlightChoice, resolvedAtMs } = incident;
  const candidate = PROVIDER_NAMES[CANDIDATE];
  const unsent = inFlight.filter((job) => !job.resendRequested && job.state !== "storing").length;
  const open = resolvedAtMs === null;
  return (
    <Panel
      title="Jobs in flight"
      note={
        inFlightChoice === null
          ? "Without a choice they end where they are."
          : inFlightChoice === "drain"
            ? "Drain: they end where they are."
            : "Cancel and resend: each is stopped there and sent again."
      }
      aside={
        open && mayOperate && inFlight.length > 0 ? (
          <div className="flex flex-wrap gap-2">
            <Button
              busy={choose.isPending && choose.variables.choice === "drain"}
              aria-pressed={inFlightChoice === "drain"}
              onClick={() => choose.mutate({ incidentId: id, choice: "drain" })}
            >
              Drain
            </Button>
            <Button disabled={unsent === 0} onClick={() => setAsking(true)}>
              Cancel and resend
            </Button>
          </div>
        ) : null
      }
    >
      {choose.error && !asking ? (
        <p role="alert" className="m-0 mb-2 text-breach-text">
          Not done: {choose.error.message}
        </p>
      ) : null}
      {inFlight.length === 0 ? (
        <EmptyState>No job of the rollout is at {candidate} any more.</EmptyState>
      ) : (
        <>
          <p className="m-0 mb-1 text-body">
            {inFlight.length} finishing on {candidate}
          </p>
          <ul className="m-0 list-none p-0">
            {inFlight.slice(0, SHOWN).map((job) => (
              <li
                key={job.id}
                className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line py-2 first:border-t-0"
              >
                <Link href={hrefIn(`/generations/${job.id}`)} className="font-mono text-code text-ink-1">
                  {shortId(job.id)}
                </Link>
                <span className="text-body">{STATE_WORDS[job.state]}</span>
                <span className="text-small text-ink-2">for {formatDuration(job.ageMs)}</span>
                {job.resendRequested ? <span className="text-small text-ink-2">being sent again</span> : null}
              </li>
            ))}
          </ul>
          {inFlight.length > SHOWN ? (
            <p className="m-0 text-small text-ink-2">and {inFlight.length - SHOWN} more</p>
          ) : null}
        </>
      )}
      <AlertDialog
        open={asking}
        onOpenChange={(next) => {
          setAsking(next);
          if (!next) choose.reset();
        }}
        title={`Cancel and resend ${unsent} ${unsent === 1 ? "job" : "jobs"}`}
        action="Cancel and resend"
        busy={choose.isPending}
        onAction={() => choose.mutate({ incidentId: id, choice: "cancel_and_resend" })}
      >
        <p className="m-0">
          {candidate} → {PROVIDER_NAMES[CONTROL]}: each job is stopped and sent again by the route in force. What{" "}
          {candidate} has worked so far is paid for, and the callers wait for the second try. This cannot be undone.
        </p>
        {choose.error ? (
          <p role="alert" className="m-0 text-breach-text">
            Not done: {choose.error.message}
          </p>
        ) : null}
      </AlertDialog>
    </Panel>
  );
}
