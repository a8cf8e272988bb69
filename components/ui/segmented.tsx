"use client";
import { type ReactNode, useId } from "react";
import { cn } from "./cn";

export interface SegmentOption<Value extends string> {
  value: Value;
  label: ReactNode;
  /** Accessible name where the label is a picture. */
  name?: string;
}

interface SegmentedProps<Value extends string> {
  label: string;
  labelHidden?: boolean;
  options: readonly SegmentOption<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  className?: string;
}

/** One choice of a few, all in sight. Radio buttons underneath, so arrow keys and forms work by themselves. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { label, labelHidden = false, options, value, onChange, className } = props;
  const name = useId();
  return (
    <fieldset className={cn("m-0 min-w-0 border-0 p-0", className)}>
      <legend className={labelHidden ? "sr-only" : "mb-1.5 p-0 text-small text-ink-2"}>{label}</legend>
      <div className="flex overflow-hidden rounded-control border border-edge bg-surface">
        {options.map((option) => (
          <label
            key={option.value}
            className={cn(
              "relative flex h-11 min-w-9 flex-auto items-center justify-center gap-1.5 px-1 text-body whitespace-nowrap sm:px-2.5 text-ink-2 transition-colors select-none not-first:border-l not-first:border-line hover:text-ink-1 md:h-8.5",
              "has-checked:bg-ink-1 has-checked:text-surface has-focus-visible:outline-2 has-focus-visible:outline-offset-[-3px] has-focus-visible:outline-focus",
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              aria-label={option.name}
              className="absolute inset-0 m-0 size-full cursor-pointer opacity-0"
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
