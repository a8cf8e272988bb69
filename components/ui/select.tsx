"use client";
import { ChevronDown } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { cn } from "./cn";
import { Icon } from "./icon";

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

const SelectBox = lazy(() => import("./select-box"));

/** One choice of several, in a list that opens. What opens it is a large script: it comes after the page is drawn. */
export function Select<Value extends string>({ onChange, ...props }: SelectProps<Value>) {
  return (
    <Suspense fallback={<StillSelect {...props} />}>
      {/* What is chosen is one of the options' own values. */}
      <SelectBox {...props} onChange={(next) => onChange(next as Value)} />
    </Suspense>
  );
}

function StillSelect(props: Omit<SelectProps<string>, "onChange">) {
  const { label, labelHidden = false, options, value, className } = props;
  return (
    <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
      <span className={labelHidden ? "sr-only" : "text-small text-ink-2"}>{label}</span>
      <span className={SELECT_TRIGGER}>
        <span className="truncate">{options.find((option) => option.value === value)?.label}</span>
        <Icon icon={ChevronDown} />
      </span>
    </div>
  );
}
