"use client";
import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";
import { IconButton } from "./icon-button";
import { DIALOG_POPUP, SCRIM } from "./overlay";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  /** On a phone it comes from below, where the thumb is, and takes the width. */
  asSheet?: boolean;
  className?: string;
  children: ReactNode;
}

const SHEET = "max-md:max-h-[85dvh] max-md:max-w-none max-md:overflow-y-auto max-md:rounded-b-none";

export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, asSheet = false, className, children } = props;
  return (
    <BaseDialog.Root open={open} onOpenChange={onOpenChange}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={SCRIM} />
        <BaseDialog.Viewport
          className={cn(
            "fixed inset-0 z-50 flex items-center-safe justify-center overflow-y-auto p-4",
            asSheet ? "max-md:items-end max-md:p-0" : undefined,
          )}
        >
          <BaseDialog.Popup
            className={cn(DIALOG_POPUP, "relative w-full max-w-120 p-6", asSheet ? SHEET : undefined, className)}
          >
            <div className="mb-4 pr-10">
              <div>
                <BaseDialog.Title className="m-0 text-title">{title}</BaseDialog.Title>
                {description ? (
                  <BaseDialog.Description className="m-0 mt-1 text-body text-ink-2">
                    {description}
                  </BaseDialog.Description>
                ) : null}
              </div>
            </div>
            {children}
            {/* Last in order, so that focus starts at what the dialog is for. */}
            <BaseDialog.Close render={<IconButton icon={X} label="Close" />} className="absolute top-4 right-4" />
          </BaseDialog.Popup>
        </BaseDialog.Viewport>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
