"use client";
import { useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { ReasonField, reasonProblem } from "./reason-field";

interface ResumeDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  seenRevision: number;
}

/** Leaves the held state. It moves no traffic: it only allows the next step up again. */
export function ResumeDialog({ open, onOpenChange, seenRevision }: ResumeDialogProps) {
  const { name: environment } = useEnvironment();
  const [reason, setReason] = useState("");
  const utils = trpc.useUtils();
  const resume = trpc.rollout.resume.useMutation({
    onSuccess: async () => {
      onOpenChange(false);
      setReason("");
      await utils.rollout.invalidate();
      void utils.overview.invalidate();
    },
  });
  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => {
        onOpenChange(next);
        if (!next) resume.reset();
      }}
      title="Resume the rollout"
      action="Resume"
      tone="primary"
      disabled={reasonProblem(reason) !== null}
      busy={resume.isPending}
      onAction={() => resume.mutate({ environment, reason, seenRevision })}
    >
      <p className="m-0">Held → open to the next step. No traffic moves by this: the share stays as it is.</p>
      <ReasonField value={reason} onChange={setReason} />
      {resume.error ? (
        <p role="alert" className="m-0 text-breach-text">
          Not resumed: {resume.error.message}
        </p>
      ) : null}
    </AlertDialog>
  );
}
