"use client";
import { useState } from "react";
import { ReasonField, reasonProblem } from "@/components/rollout/reason-field";
import { type RouterOutputs, trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { previewChange } from "@/server/domain/endpoint/preview-change";
import type { EndpointChange } from "@/server/domain/endpoint/settings";
import { ChangeFields } from "./change-fields";
import { type ChangeForm, changeOf, formOf } from "./change-form";
import { standingWords } from "./endpoint-words";

export type EndpointStatus = NonNullable<RouterOutputs["endpoint"]["status"]>;

interface ChangeDialogProps {
  status: EndpointStatus;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What the form starts with, over what is set; a what-if fills it in. */
  initial?: Partial<ChangeForm>;
}

/** Shows what will change and what it costs before and after, asks why, and sets it at RunPod. */
export function ChangeDialog({ status, open, onOpenChange, initial }: ChangeDialogProps) {
  const { environment, settings, snapshot } = status;
  const [form, setForm] = useState<ChangeForm>({ ...formOf(settings), ...initial });
  const [reason, setReason] = useState("");
  const utils = trpc.useUtils();
  const apply = trpc.endpoint.change.useMutation({
    onSuccess: ({ otherwise }) => {
      if (otherwise.length === 0) onOpenChange(false);
    },
    // A refusal may mean that the endpoint is another by now: what is shown is then read again.
    onSettled: () => utils.endpoint.invalidate(),
  });
  const change: EndpointChange = changeOf(settings, form);
  const preview = previewChange(status, change);
  const untouched = Object.keys(change).length === 0;
  const problems = untouched ? [] : preview.problems;
  const problemOf = (field: keyof EndpointChange) => problems.find((entry) => entry.field === field)?.rule ?? null;
  const ready = !untouched && problems.length === 0 && reasonProblem(reason) === null;

  return (
    <AlertDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Change the endpoint"
      action="Set at RunPod"
      tone="primary"
      disabled={!ready}
      busy={apply.isPending}
      onAction={() => apply.mutate({ environment, change, reason, seenSnapshot: snapshot })}
    >
      <ChangeFields form={form} onChange={setForm} offers={status.offers} problemOf={problemOf} />
      <section aria-label="What it means" className="flex flex-col gap-1 rounded-control bg-sunken p-3">
        {untouched ? <p className="m-0">Nothing is changed yet.</p> : null}
        {untouched || problems.length > 0 ? null : (
          <ul className="m-0 list-none p-0 text-ink-1">
            {preview.changes.map(({ field, before, after }) => (
              <li key={field} className="break-words">
                {field}: {before} → {after}
              </li>
            ))}
          </ul>
        )}
        <p className="m-0">
          Standing workers: <span className="text-ink-1">{standingWords(preview.standing.before)}</span>
          {untouched || problems.length > 0 ? null : (
            <>
              {" → "}
              <strong className="font-medium text-ink-1">{standingWords(preview.standing.after)}</strong>
            </>
          )}
        </p>
      </section>
      <ReasonField value={reason} onChange={setReason} />
      {apply.error ? (
        <p role="alert" className="m-0 break-words text-breach-text">
          Not set: {apply.error.message}
        </p>
      ) : null}
      {apply.data && apply.data.otherwise.length > 0 ? (
        <p role="alert" className="m-0 break-words text-watch-text">
          RunPod made something else of it:{" "}
          {apply.data.otherwise.map(({ field, before, after }) => `${field} ${after} instead of ${before}`).join(", ")}.
        </p>
      ) : null}
    </AlertDialog>
  );
}
