"use client";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { useId } from "react";

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-4 border-t border-line pt-4">
      <div>
        <span id={id} className="text-body text-ink-1">
          {label}
        </span>
        {hint ? <p className="m-0 text-small text-ink-3">{hint}</p> : null}
      </div>
      <BaseSwitch.Root
        aria-labelledby={id}
        checked={checked}
        onCheckedChange={onChange}
        className="inline-flex h-6 w-11 shrink-0 items-center rounded-full border border-edge bg-sunken p-0.5 transition-colors data-[checked]:border-ink-1 data-[checked]:bg-ink-1"
      >
        <BaseSwitch.Thumb className="size-4.5 rounded-full bg-ink-3 transition-transform data-[checked]:translate-x-5 data-[checked]:bg-surface" />
      </BaseSwitch.Root>
    </div>
  );
}
