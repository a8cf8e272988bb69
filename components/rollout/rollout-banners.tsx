"use client";
import { PauseCircle, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { formatShareBp } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Icon } from "@/components/ui/icon";
import { LiveAge } from "@/components/ui/live-age";
import { actorWords } from "@/server/domain/actor-words";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { SUBJECT_NAMES, type WarningSubject } from "@/server/domain/warning";
import { ReasonForm } from "./reason-form";
import { ResumeDialog } from "./resume-dialog";
import { type RolloutStatus, useRolloutStatus } from "./use-rollout-status";

const BANNER = "mb-4 flex flex-wrap items-start gap-x-4 gap-y-3 rounded-card border px-4 py-3 text-body md:mb-6";

/** What every page must say of the rollout: that it is held and how to leave that, and what is wrong with the variable. */
export function RolloutBanners() {
  const { data: status } = useRolloutStatus();
  if (!status) return null;
  return (
    <>
      {status.revision.held ? <HeldBanner status={status} /> : null}
      {status.variable.map(({ source, problem }) =>
        problem === null ? null : (
          <p key={source} className={`${BANNER} m-0 border-watch bg-watch-bg text-watch-text`} data-state="watch">
            <Icon icon={TriangleAlert} className="mt-0.5 shrink-0" />
            <span className="min-w-0 flex-1 break-words">
              {problem} ({source === "file" ? "in the env file" : "in the process environment"}).
            </span>
          </p>
        ),
      )}
      {SUBJECTS.map((subject) => (
        <WarningBanner key={subject} subject={subject} status={status} />
      ))}
    </>
  );
}

const SUBJECTS: WarningSubject[] = ["storage", "endpoint"];
const SHOWN = {
  endpoint: { label: "Endpoint warning", link: "What to do", href: "/alerts" },
  storage: { label: "Storage warning", link: "Settings, Storage", href: "/settings/storage" },
};

/** What does harm right now. What only will stands on the page of incidents. */
function WarningBanner({ subject, status }: { subject: WarningSubject; status: RolloutStatus }) {
  const { hrefIn } = useEnvironment();
  const [worst, ...others] = status.warnings.filter(({ about, level }) => about === subject && level === "breach");
  if (worst === undefined) return null;
  const { label, link, href } = SHOWN[subject];
  return (
    <section aria-label={label} className={`${BANNER} border-breach bg-breach-bg text-breach-text`} data-state="breach">
      <Icon icon={TriangleAlert} className="shrink-0 self-center" />
      <p className="m-0 min-w-0 flex-1 self-center break-words">
        {SUBJECT_NAMES[subject]}: {worst.title}, <LiveAge atMs={worst.firedAtMs} />
        {others.length === 0 ? "." : ` (and ${others.length} more).`}
      </p>
      <Link href={hrefIn(href)} className="inline-flex h-9 items-center px-2 text-body underline max-md:h-11">
        {link}
      </Link>
    </section>
  );
}

function HeldBanner({ status }: { status: RolloutStatus }) {
  const { hrefIn } = useEnvironment();
  const [resuming, setResuming] = useState(false);
  const [explaining, setExplaining] = useState(false);
  const { revision, openIncidents, inFlight } = status;
  const [incident] = openIncidents;
  const candidate = PROVIDER_NAMES[CANDIDATE];
  const wasRolledBack = revision.details?.kind === "rollback";
  return (
    <section aria-label="The rollout is held" className={`${BANNER} border-edge bg-surface text-ink-1`}>
      <Icon icon={PauseCircle} className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1 basis-72">
        <p className="m-0 font-medium">
          Held at {formatShareBp(revision.candidateShareBp)} {candidate}
          {wasRolledBack ? (
            <>
              {" "}
              since the rollback by <span className="wrap-anywhere">{actorWords(revision.actor)}</span>,{" "}
              <LiveAge atMs={revision.createdAtMs} />
            </>
          ) : null}
        </p>
        {wasRolledBack ? (
          <p className="m-0 break-words text-ink-2">
            {revision.reason === null ? "Reason missing." : `Reason: ${revision.reason}`}
          </p>
        ) : null}
        <p className="m-0 text-ink-2">
          No step up until somebody resumes with a reason.
          {inFlight > 0 ? ` ${inFlight} finishing on ${candidate}.` : ""}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        {incident ? (
          <Link
            href={hrefIn(`/alerts/${incident.id}`)}
            className="inline-flex h-9 items-center rounded-control px-2 text-body text-ink-1 underline max-md:h-11"
          >
            Open incident
          </Link>
        ) : null}
        {wasRolledBack && revision.reason === null && status.mayOperate ? (
          <Button onClick={() => setExplaining(true)}>Add reason</Button>
        ) : null}
        {status.mayOperate ? (
          <Button onClick={() => setResuming(true)}>Resume</Button>
        ) : (
          <span className="text-small text-ink-2">Resuming needs the operator role</span>
        )}
      </div>
      <Dialog
        open={explaining}
        onOpenChange={setExplaining}
        title="Why it was rolled back"
        description="The newest reason given is shown."
      >
        <ReasonForm environment={revision.environment} revision={revision.number} onDone={() => setExplaining(false)} />
      </Dialog>
      <ResumeDialog open={resuming} onOpenChange={setResuming} seenRevision={revision.number} />
    </section>
  );
}
