"use client";
import { useState } from "react";
import { ReasonField, reasonProblem } from "@/components/rollout/reason-field";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Field, Input } from "@/components/ui/field";
import { environmentWord } from "@/components/words";
import { keepDaysProblem } from "@/server/domain/storage";

interface KeepDialogProps {
  environment: string;
  /** Null: for good. */
  days: number | null;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const words = (days: number | null) => (days === null ? "for good" : `${days} days`);

/** How long pictures are kept. What goes does not come back, so it says what will go, and asks why. */
export function KeepDialog({ environment, days, open, onOpenChange }: KeepDialogProps) {
  const [text, setText] = useState(days === null ? "" : String(days));
  const [reason, setReason] = useState("");
  const utils = trpc.useUtils();
  const keep = trpc.storage.keep.useMutation({
    onSuccess: () => onOpenChange(false),
    onSettled: () => utils.storage.invalidate(),
  });
  const wanted = text.trim() === "" ? null : Number(text);
  const problem = keepDaysProblem(wanted);
  const ready = problem === null && wanted !== days && reasonProblem(reason) === null;
  return (
    <AlertDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Change how long pictures are kept"
      action="Change it"
      disabled={!ready}
      busy={keep.isPending}
      onAction={() => keep.mutate({ environment, days: wanted, reason })}
    >
      <Field
        label="Days"
        hint={`In ${environmentWord(environment)}. Empty: for good.`}
        error={problem && `Days ${problem}.`}
      >
        {(control) => (
          <Input {...control} inputMode="numeric" value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <p className="m-0 rounded-control bg-sunken p-3">
        {problem === null ? (
          <>
            {words(days)} → <strong className="font-medium text-ink-1">{words(wanted)}</strong>.{" "}
          </>
        ) : null}
        Older pictures are removed within the hour and do not come back. Their rows, and a checklist's evidence, stay.
      </p>
      <ReasonField value={reason} onChange={setReason} />
      {keep.error ? (
        <p role="alert" className="m-0 break-words text-breach-text">
          Not changed: {keep.error.message}
        </p>
      ) : null}
    </AlertDialog>
  );
}
