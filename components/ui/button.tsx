import type { ButtonHTMLAttributes } from "react";
import { cn } from "./cn";

type Variant = "primary" | "secondary" | "ghost" | "danger";
type Size = "small" | "control" | "large" | "pill" | "icon";

const VARIANTS: Record<Variant, string> = {
  primary:
    "bg-ink-1 text-surface border-ink-1 hover:bg-ink-2 hover:border-ink-2 disabled:bg-sunken disabled:text-ink-3 disabled:border-line",
  secondary: "bg-surface text-ink-1 border-edge hover:bg-sunken disabled:text-ink-3 disabled:border-line",
  ghost: "bg-transparent text-ink-2 border-transparent hover:bg-sunken hover:text-ink-1 disabled:text-ink-3",
  danger:
    "bg-breach text-on-breach border-breach hover:opacity-90 disabled:bg-sunken disabled:text-ink-3 disabled:border-line",
};

const SIZES: Record<Size, string> = {
  small: "h-7 px-2 gap-1.5 text-small rounded-control max-md:h-11 max-md:px-3",
  control: "h-9 px-3 gap-2 text-body rounded-control max-md:h-11",
  pill: "h-7 px-3 gap-1.5 text-small rounded-full max-md:h-11",
  icon: "size-8 rounded-control max-md:size-11",
  large: "h-11 px-5 gap-2.5 text-body font-medium rounded-button",
};

export function buttonClass(variant: Variant = "secondary", size: Size = "control", extra?: string): string {
  return cn(
    "inline-flex shrink-0 items-center justify-center border whitespace-nowrap no-underline select-none transition-colors",
    VARIANTS[variant],
    SIZES[size],
    extra,
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: Variant;
  size?: Size;
  /** The action is under way: the button stays focusable, says so, and ignores presses. */
  busy?: boolean;
}

export function Button({ variant, size, busy = false, className, onClick, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={busy ? "button" : type}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
      className={buttonClass(variant, size, className)}
    />
  );
}
