"use client";
import { useState } from "react";
import { ReasonField, reasonProblem } from "@/components/rollout/reason-field";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ChecklistEntry } from "./use-checklist";

interface PassDialogProps {
  entry: Pick<ChecklistEntry, "item" | "title">;
  environment: string;
  /** Kept as evidence beside the note; null: the note alone. */
  generationId?: string | null;
  onClose: () => void;
}

/** A person vouches for an item that cannot be run here, or for a picture that they looked at. */
export function PassDialog({ entry, environment, generationId = null, onClose }: PassDialogProps) {
  const [note, setNote] = useState("");
  const utils = trpc.useUtils();
  const pass = trpc.checklist.passByHand.useMutation({
    onSuccess: async () => {
      await Promise.all([utils.checklist.invalidate(), utils.gates.invalidate()]);
      onClose();
    },
  });
  const isReady = reasonProblem(note) === null;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={generationId ? "Save as evidence" : "Pass by hand"}
      description={`${entry.title}. It counts as passed and is shown as "by hand", with your name and this note.`}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) pass.mutate({ environment, item: entry.item, note, generationId });
        }}
      >
        <ReasonField label="Note: what was tried and seen" value={note} onChange={setNote} />
        {pass.error ? (
          <p role="alert" className="m-0 text-small text-breach-text">
            Not saved: {pass.error.message}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" busy={pass.isPending} disabled={!isReady}>
            {generationId ? "Save" : "Pass by hand"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
