"use client";
import { RotateCcw } from "lucide-react";
import { useId } from "react";
import { buttonClass } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { ROLL_BACK, useRollback } from "./rollback-context";

interface RollbackButtonProps {
  /** "Roll back" is enough where the name of the provider finds no room; the accessible name is whole. */
  short?: boolean;
  /** In the low header strip: drawn at the height of a control, but 44 px high to hit. */
  low?: boolean;
  /** Where the reason for a blocked button is written: under it, or elsewhere by the caller with this id. */
  reasonId?: string;
  className?: string;
}

/** One click, on every page. Where it can do nothing it stays focusable and says why. */
export function RollbackButton({ short = false, low = false, reasonId, className }: RollbackButtonProps) {
  const { run, busy, blocked } = useRollback();
  const ownId = useId();
  const describedBy = blocked === null ? undefined : (reasonId ?? ownId);
  return (
    <>
      <button
        type="button"
        aria-label={ROLL_BACK}
        aria-busy={busy || undefined}
        aria-disabled={busy || blocked !== null || undefined}
        aria-describedby={describedBy}
        onClick={run}
        className={buttonClass(
          "primary",
          low ? "control" : "large",
          cn(
            low && "relative font-medium after:absolute after:inset-x-0 after:-inset-y-1.5 after:content-['']",
            "aria-disabled:border-line aria-disabled:bg-sunken aria-disabled:text-ink-2 aria-busy:border-ink-2 aria-busy:bg-ink-2 aria-busy:text-surface",
            className,
          ),
        )}
      >
        <Icon icon={RotateCcw} />
        {busy ? "Rolling back…" : short ? "Roll back" : ROLL_BACK}
      </button>
      {blocked !== null && reasonId === undefined ? (
        <p id={ownId} className="m-0 text-small text-ink-2">
          {blocked}
        </p>
      ) : null}
    </>
  );
}
