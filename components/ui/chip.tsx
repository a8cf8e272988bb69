import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cn } from "./cn";

/** A word in a pill; not a control. */
export function Tag({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <span
      className={cn(
        "inline-flex h-6 items-center gap-1.5 rounded-full border border-line bg-canvas px-2 text-small whitespace-nowrap text-ink-2",
        className,
      )}
    >
      {children}
    </span>
  );
}

interface FilterChipProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  pressed: boolean;
  count?: string;
}

/** A filter that is on or off. */
export function FilterChip({ pressed, count, children, className, ...rest }: FilterChipProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-pressed={pressed}
      className={cn(
        "inline-flex h-11 shrink-0 items-center gap-1.5 rounded-full border px-3 text-small whitespace-nowrap transition-colors md:h-7 md:px-2.5",
        pressed
          ? "border-ink-1 bg-ink-1 text-surface"
          : "border-line bg-surface text-ink-2 hover:border-edge hover:text-ink-1",
        className,
      )}
    >
      {children}
      {count === undefined ? null : <span className={pressed ? "text-surface" : "text-ink-3"}>{count}</span>}
    </button>
  );
}
