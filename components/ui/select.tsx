"use client";
import { ChevronDown } from "lucide-react";
import { lazy, Suspense } from "react";
import { cn } from "./cn";
import { Icon } from "./icon";
import { SELECT_TRIGGER, type SelectProps } from "./select-props";

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
