"use client";
import { useState } from "react";
import { formatTotal } from "@/components/format";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Field, Input } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { Review } from "./review-type";

interface SignDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  review: Review;
}

/** A signature cannot be taken back, so it says what it keeps and is given by name. */
export function SignDialog({ open, onOpenChange, review }: SignDialogProps) {
  const { environment, week, timeZone, costs } = review;
  const [name, setName] = useState("");
  const utils = trpc.useUtils();
  const toast = useToast();
  const sign = trpc.reviews.sign.useMutation({
    onSuccess: async () => {
      await utils.reviews.invalidate();
      onOpenChange(false);
      toast(`${week} is signed`, "Later corrections show as differences.");
    },
  });
  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => {
        onOpenChange(next);
        if (!next) sign.reset();
      }}
      title={`Sign off ${week}`}
      action="Sign off"
      tone="primary"
      disabled={name.trim().length < 2}
      busy={sign.isPending}
      onAction={() => sign.mutate({ environment, week, timeZone, name, seenCostMicros: costs.summary.costMicros })}
    >
      <p className="m-0">
        Total {formatTotal(costs.summary.costMicros)}, savings {formatTotal(costs.savings?.micros)}, days of {timeZone}.
        These numbers and what is written stay as they are; what is corrected later shows beside them. It cannot be
        undone.
      </p>
      <Field label="Your name">
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={100}
            autoComplete="name"
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      {sign.error ? (
        <p role="alert" className="m-0 break-words text-breach-text">
          Not signed: {sign.error.message}
        </p>
      ) : null}
    </AlertDialog>
  );
}
