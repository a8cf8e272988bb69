import type { ReactNode } from "react";

export interface SelectOption<Value extends string> {
  value: Value;
  label: string;
  mark?: ReactNode;
}

export interface SelectProps<Value extends string> {
  label: string;
  /** Hide the label where the value says enough; it stays the accessible name. */
  labelHidden?: boolean;
  options: readonly SelectOption<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  className?: string;
}

export const SELECT_TRIGGER =
  "flex h-11 min-w-0 items-center justify-between gap-2 rounded-control border border-edge bg-surface px-3 text-left text-body text-ink-1 transition-colors hover:bg-sunken md:h-9";
