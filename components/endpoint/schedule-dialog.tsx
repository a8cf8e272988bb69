"use client";
import { useState } from "react";
import { formatTotal } from "@/components/format";
import { ReasonField, reasonProblem } from "@/components/rollout/reason-field";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Field, Input } from "@/components/ui/field";
import { type EndpointSchedule, scheduleWords, WEEKDAY_WORDS } from "@/server/domain/endpoint/schedule";
import type { EndpointStatus } from "./change-dialog";
import { formOfSchedule, readScheduleForm, type ScheduleForm, schedulePerWeek } from "./schedule-form";

interface ScheduleDialogProps {
  status: EndpointStatus;
  onClose: () => void;
  /** What the form starts with. */
  initial: EndpointSchedule;
  /** The idle time-out that these hours were simulated with; the endpoint's own may be another. */
  idleTimeoutS?: number;
}

/** Hours in which workers are kept, with what they cost a week; asks why, as every change of the endpoint does. */
export function ScheduleDialog({ status, onClose, initial, idleTimeoutS }: ScheduleDialogProps) {
  const { environment, schedule: stored, price } = status;
  const [form, setForm] = useState<ScheduleForm>(formOfSchedule(initial));
  const [reason, setReason] = useState("");
  const utils = trpc.useUtils();
  const set = trpc.endpoint.setSchedule.useMutation({
    onSuccess: onClose,
    onSettled: () => utils.endpoint.invalidate(),
  });
  const { schedule, problemOf } = readScheduleForm(form);
  const perWeek = schedule === null ? null : schedulePerWeek(schedule, price);
  return (
    <AlertDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Keep workers by the hour"
      action="Keep these hours"
      tone="primary"
      disabled={schedule === null || reasonProblem(reason) !== null}
      busy={set.isPending}
      onAction={() => {
        if (schedule !== null)
          set.mutate({ environment, schedule: { ...schedule, weekdays: [...schedule.weekdays] }, reason });
      }}
    >
      <ScheduleFields form={form} onChange={setForm} problemOf={problemOf} />
      <section aria-label="What it means" className="flex flex-col gap-1 rounded-control bg-sunken p-3">
        <p className="m-0 break-words">
          {stored === null ? "No schedule" : scheduleWords(stored)} →{" "}
          <strong className="font-medium text-ink-1">
            {schedule === null ? "not whole yet" : scheduleWords(schedule)}
          </strong>
        </p>
        {schedule === null ? null : (
          <p className="m-0">
            Kept workers cost{" "}
            <strong className="font-medium text-ink-1">
              {perWeek === null ? "an unknown price" : `${formatTotal(perWeek)} a week`}
            </strong>
            , whether they are asked or not.
          </p>
        )}
        {idleTimeoutS === undefined || idleTimeoutS === status.settings.idleTimeoutS ? null : (
          <p className="m-0">
            Simulated with an idle time-out of {idleTimeoutS} s; the endpoint has{" "}
            {status.settings.idleTimeoutS === null ? "none" : `${status.settings.idleTimeoutS} s`}. Set that under
            Settings → Providers.
          </p>
        )}
        <p className="m-0">Workers min is changed within a minute of each hour. Your own change of it suspends this.</p>
      </section>
      <ReasonField value={reason} onChange={setReason} />
      {set.error ? (
        <p role="alert" className="m-0 break-words text-breach-text">
          Not set: {set.error.message}
        </p>
      ) : null}
    </AlertDialog>
  );
}

interface ScheduleFieldsProps {
  form: ScheduleForm;
  onChange: (form: ScheduleForm) => void;
  problemOf: (field: keyof ScheduleForm) => string | null;
}

type TextKey = Exclude<keyof ScheduleForm, "weekdays">;

function ScheduleFields({ form, onChange, problemOf }: ScheduleFieldsProps) {
  const text = (label: string, key: TextKey, hint?: string) => {
    const problem = problemOf(key);
    return (
      <Field label={label} hint={hint} error={problem && `${label} ${problem}.`}>
        {(control) => (
          <Input
            {...control}
            value={form[key]}
            inputMode={key === "timeZone" ? "text" : "numeric"}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange({ ...form, [key]: event.target.value })}
          />
        )}
      </Field>
    );
  };
  return (
    <div className="grid grid-cols-2 items-start gap-3">
      <fieldset className="col-span-2 m-0 min-w-0 border-0 p-0">
        <legend className="mb-1 p-0 text-small text-ink-2">Weekdays on which they begin</legend>
        <div className="flex flex-wrap gap-x-3">
          {WEEKDAY_WORDS.map((word, index) => (
            <label key={word} className="flex min-h-11 items-center gap-2 text-small capitalize md:min-h-7">
              <input
                type="checkbox"
                checked={form.weekdays.includes(index + 1)}
                onChange={(event) =>
                  onChange({
                    ...form,
                    weekdays: event.target.checked
                      ? [...form.weekdays, index + 1].sort((one, other) => one - other)
                      : form.weekdays.filter((day) => day !== index + 1),
                  })
                }
                className="size-4 shrink-0 accent-(--ink-1)"
              />
              {word}
            </label>
          ))}
        </div>
        <p role="alert" className={problemOf("weekdays") ? "m-0 text-small text-breach-text" : "hidden"}>
          {problemOf("weekdays") && `Weekdays ${problemOf("weekdays")}.`}
        </p>
      </fieldset>
      {text("From hour", "fromHour")}
      {text("To hour", "toHour", "Not in it any more; earlier than the other: the day after")}
      {text("Workers kept", "workers")}
      {text("Kept otherwise", "otherwise")}
      <div className="col-span-2">{text("Time zone", "timeZone", "Such as Europe/Berlin")}</div>
    </div>
  );
}
