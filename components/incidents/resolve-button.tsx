"use client";
import { useState } from "react";
import { ReasonField, reasonProblem } from "@/components/rollout/reason-field";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import type { Incident } from "./incident-words";

/** Ends an incident: with its root cause written, or else with a reason why not. */
export function ResolveButton({ incident }: { incident: Incident }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const utils = trpc.useUtils();
  const resolve = trpc.incidents.resolve.useMutation({
    onSuccess: async () => {
      setOpen(false);
      await Promise.all([utils.incidents.invalidate(), utils.rollout.status.invalidate()]);
    },
  });
  const explained = incident.items.some((entry) => entry.item === "root_cause" && entry.done);
  const openItems = incident.items.filter((entry) => !entry.done).length;
  const missing = explained && reason.trim() === "" ? null : reasonProblem(reason);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        Resolve
      </Button>
      <AlertDialog
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          if (!next) resolve.reset();
        }}
        title="Resolve the incident"
        action="Resolve"
        tone="primary"
        disabled={missing !== null}
        busy={resolve.isPending}
        onAction={() => resolve.mutate({ incidentId: incident.id, reason: reason.trim() === "" ? null : reason })}
      >
        <p className="m-0">
          Open → resolved.{" "}
          {openItems === 0
            ? "Every item of the checklist is done."
            : `${openItems} of ${incident.items.length} items of the checklist ${openItems === 1 ? "is" : "are"} still open.`}
        </p>
        <ReasonField
          label={explained ? "Reason (may stay empty: the root cause is written)" : "Reason why without a root cause"}
          required={!explained}
          value={reason}
          onChange={setReason}
        />
        {resolve.error ? (
          <p role="alert" className="m-0 text-breach-text">
            Not resolved: {resolve.error.message}
          </p>
        ) : null}
      </AlertDialog>
    </>
  );
}
