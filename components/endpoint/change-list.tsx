"use client";
import { useState } from "react";
import { ReasonField, reasonProblem } from "@/components/rollout/reason-field";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { changeWords } from "@/server/domain/endpoint/differences";
import type { EndpointStatus } from "./change-dialog";

/** Every state that the endpoint was seen in: by us, by somebody at RunPod, or by RunPod itself. */
export function ChangeList({ status, mayOperate }: { status: EndpointStatus; mayOperate: boolean }) {
  const [undoing, setUndoing] = useState(false);
  const [newest] = status.history;
  const undoable = mayOperate && newest !== undefined && newest.origin !== "first";
  return (
    <>
      <ol className="m-0 list-none p-0 text-small text-ink-2">
        {status.history.map((entry) => (
          <li key={entry.snapshot} className="border-t border-line py-2 first:border-t-0">
            <div className="flex flex-wrap items-start justify-between gap-2">
              <span className="min-w-0 break-words text-body text-ink-1">
                {entry.origin === "first" ? "First seen" : changeWords(entry.changes)}
              </span>
              {undoable && entry === newest ? (
                <Button size="small" onClick={() => setUndoing(true)}>
                  Undo…
                </Button>
              ) : null}
            </div>
            {entry.actor}, <LocalTime atMs={entry.atMs} />
            {entry.undoes === null ? "" : ", takes a change back"}
            {entry.reason === null ? "" : `: ${entry.reason}`}
          </li>
        ))}
      </ol>
      {newest !== undefined && undoing ? (
        <UndoDialog environment={status.environment} entry={newest} onClose={() => setUndoing(false)} />
      ) : null}
    </>
  );
}

interface UndoDialogProps {
  environment: string;
  entry: EndpointStatus["history"][number];
  onClose: () => void;
}

function UndoDialog({ environment, entry, onClose }: UndoDialogProps) {
  const [reason, setReason] = useState("");
  const utils = trpc.useUtils();
  const undo = trpc.endpoint.undo.useMutation({
    onSuccess: onClose,
    onSettled: () => utils.endpoint.invalidate(),
  });
  return (
    <AlertDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Take the newest change back"
      action="Set back at RunPod"
      tone="primary"
      disabled={reasonProblem(reason) !== null}
      busy={undo.isPending}
      onAction={() => undo.mutate({ environment, snapshot: entry.snapshot, reason })}
    >
      <p className="m-0 break-words text-ink-1">
        {changeWords(entry.changes.map(({ field, before, after }) => ({ field, before: after, after: before })))}
      </p>
      <ReasonField value={reason} onChange={setReason} />
      {undo.error ? (
        <p role="alert" className="m-0 break-words text-breach-text">
          Not set back: {undo.error.message}
        </p>
      ) : null}
    </AlertDialog>
  );
}
