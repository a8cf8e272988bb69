"use client";
import { useState } from "react";
import { ReasonField, reasonProblem } from "@/components/rollout/reason-field";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { type EndpointSchedule, scheduleWords } from "@/server/domain/endpoint/schedule";
import type { EndpointStatus } from "./change-dialog";
import { ScheduleDialog } from "./schedule-dialog";

/** The plan's working hours; the zone is the reader's, which the server cannot know. */
const hoursToBegin = (): EndpointSchedule => ({
  weekdays: [1, 2, 3, 4, 5],
  fromHour: 8,
  toHour: 19,
  workers: 1,
  otherwise: 0,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

/** Hours in which workers are kept: what is set, whether it is in force, and the way to set, resume and remove it. */
export function ScheduleSection({ status, mayOperate }: { status: EndpointStatus; mayOperate: boolean }) {
  const [open, setOpen] = useState<"set" | "remove" | "resume" | null>(null);
  const { environment, schedule } = status;
  const close = () => setOpen(null);
  return (
    <section aria-label="Kept hours" className="flex flex-wrap items-start justify-between gap-2">
      <p className="m-0 min-w-0 flex-1 basis-64 break-words text-body text-ink-1">
        {schedule === null ? (
          <span className="text-ink-2">No hours are kept: workers min is the same all week.</span>
        ) : (
          <>
            Kept hours: {scheduleWords(schedule)}
            <span className="block text-small text-ink-2">
              set by {schedule.setBy}
              {schedule.suspendedBy === null ? "" : `; suspended by ${schedule.suspendedBy}`}
              {schedule.problem === null ? "" : `; not applied: ${schedule.problem}`}
            </span>
          </>
        )}
      </p>
      {mayOperate ? (
        <div className="flex flex-wrap gap-2">
          {schedule !== null && schedule.suspendedBy !== null ? (
            <Button size="small" onClick={() => setOpen("resume")}>
              Resume hours…
            </Button>
          ) : null}
          {schedule === null ? null : (
            <Button size="small" onClick={() => setOpen("remove")}>
              Remove hours…
            </Button>
          )}
          <Button size="small" onClick={() => setOpen("set")}>
            Keep hours…
          </Button>
        </div>
      ) : null}
      {open === "set" ? <ScheduleDialog status={status} onClose={close} initial={schedule ?? hoursToBegin()} /> : null}
      {open === "remove" || open === "resume" ? (
        <EndDialog environment={environment} verb={open} workersMin={status.settings.workersMin} onClose={close} />
      ) : null}
    </section>
  );
}

interface EndDialogProps {
  environment: string;
  verb: "remove" | "resume";
  workersMin: number;
  onClose: () => void;
}

const WORDS = {
  remove: { title: "Keep no hours any more", action: "Remove hours" },
  resume: { title: "Let the hours decide again", action: "Resume hours" },
};

function EndDialog({ environment, verb, workersMin, onClose }: EndDialogProps) {
  const [reason, setReason] = useState("");
  const utils = trpc.useUtils();
  const options = { onSuccess: onClose, onSettled: () => utils.endpoint.invalidate() };
  const remove = trpc.endpoint.removeSchedule.useMutation(options);
  const resume = trpc.endpoint.resumeSchedule.useMutation(options);
  const mutation = verb === "remove" ? remove : resume;
  return (
    <AlertDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={WORDS[verb].title}
      action={WORDS[verb].action}
      tone="primary"
      disabled={reasonProblem(reason) !== null}
      busy={mutation.isPending}
      onAction={() => mutation.mutate({ environment, reason })}
    >
      <p className="m-0 text-ink-1">
        {verb === "remove"
          ? `Workers min stays ${workersMin}, as it is just now, until somebody changes it.`
          : "Workers min is brought to what the hours say within a minute."}
      </p>
      <ReasonField value={reason} onChange={setReason} />
      {mutation.error ? (
        <p role="alert" className="m-0 break-words text-breach-text">
          Not done: {mutation.error.message}
        </p>
      ) : null}
    </AlertDialog>
  );
}
