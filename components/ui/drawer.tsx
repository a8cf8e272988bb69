"use client";
import { Dialog } from "@base-ui/react/dialog";
import { type ReactNode, type RefObject, useRef } from "react";
import { cn } from "./cn";
import { SCRIM } from "./overlay";

interface DrawerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** Stands beside the title: previous, next, close. */
  actions: ReactNode;
  /** Where focus goes on closing; without it, where it was. */
  finalFocus?: RefObject<HTMLElement | null> | (() => HTMLElement | null);
  children: ReactNode;
}

/** A sheet at the right, 520 px; the full page on a phone. Focus is kept inside and given back. */
export function Drawer({ open, onOpenChange, title, actions, finalFocus, children }: DrawerProps) {
  // The sheet itself, not its first button: that would open with a tooltip, and Enter would leave the row.
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className={SCRIM} />
        <Dialog.Viewport className="fixed inset-0 z-50 flex justify-end">
          <Dialog.Popup
            ref={popup}
            initialFocus={popup}
            finalFocus={finalFocus}
            className={cn(
              "flex h-dvh w-full flex-col border-line bg-surface text-ink-1 shadow-overlay outline-none transition-[opacity,transform] duration-200 md:w-130 md:border-l",
              "data-[ending-style]:translate-x-6 data-[ending-style]:opacity-0 data-[starting-style]:translate-x-6 data-[starting-style]:opacity-0",
            )}
          >
            <header className="flex min-h-14 items-center justify-between gap-2 border-b border-line py-2 pr-2 pl-4 md:pl-6">
              <Dialog.Title className="m-0 min-w-0 text-heading">{title}</Dialog.Title>
              <div className="flex items-center">{actions}</div>
            </header>
            <section
              aria-label="Details"
              className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 pt-4 pb-12 outline-offset-[-2px] md:px-6"
            >
              {children}
            </section>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

export const DrawerClose = Dialog.Close;
