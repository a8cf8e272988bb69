"use client";
import { AlertDialog as BaseAlertDialog } from "@base-ui/react/alert-dialog";
import { type ReactNode, useRef } from "react";
import { Button, buttonClass } from "./button";
import { cn } from "./cn";
import { DIALOG_POPUP, SCRIM } from "./overlay";

interface AlertDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Says the effect: "Revoke the key “ci”". */
  title: string;
  children: ReactNode;
  /** Repeats the verb of the title. */
  action: string;
  busy?: boolean;
  /** Something that the action needs is missing; what, stands in the body. */
  disabled?: boolean;
  /** `primary` where the effect is meant and can be taken back; red is for what cannot. */
  tone?: "danger" | "primary";
  onAction: () => void;
}

/** For what cannot be undone. Focus starts on Cancel, so that Enter pressed by habit changes nothing. */
export function AlertDialog(props: AlertDialogProps) {
  const { open, onOpenChange, title, children, action, busy, disabled = false, tone = "danger", onAction } = props;
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <BaseAlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <BaseAlertDialog.Portal>
        <BaseAlertDialog.Backdrop className={SCRIM} />
        <BaseAlertDialog.Viewport className="fixed inset-0 z-50 flex items-center-safe justify-center overflow-y-auto p-4">
          <BaseAlertDialog.Popup initialFocus={cancel} className={cn(DIALOG_POPUP, "w-full max-w-110 p-6")}>
            <BaseAlertDialog.Title className="m-0 text-title">{title}</BaseAlertDialog.Title>
            <BaseAlertDialog.Description render={<div />} className="mt-2 flex flex-col gap-4 text-body text-ink-2">
              {children}
            </BaseAlertDialog.Description>
            <div className="mt-6 flex flex-wrap justify-end gap-2">
              <BaseAlertDialog.Close ref={cancel} className={buttonClass("secondary", "control")}>
                Cancel
              </BaseAlertDialog.Close>
              <Button variant={tone} busy={busy} disabled={disabled} onClick={onAction}>
                {action}
              </Button>
            </div>
          </BaseAlertDialog.Popup>
        </BaseAlertDialog.Viewport>
      </BaseAlertDialog.Portal>
    </BaseAlertDialog.Root>
  );
}
