"use client";
import { Lock, LockOpen } from "lucide-react";
import { Field, Input } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import type { PlaygroundFormProps } from "./form-props";

type NumberFieldsProps = Pick<PlaygroundFormProps, "form" | "errors" | "onChange">;

export function NumberFields({ form, errors, onChange }: NumberFieldsProps) {
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label="Steps" error={errors.steps}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            placeholder="Default"
            value={form.steps}
            onChange={(event) => onChange({ steps: event.target.value })}
          />
        )}
      </Field>
      <Field label="Guidance" error={errors.guidance}>
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            placeholder="Default"
            value={form.guidance}
            onChange={(event) => onChange({ guidance: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Seed"
        className="col-span-2"
        error={errors.seed}
        hint={form.seedLocked ? "Kept for the next run." : "A new one for every run, the same for both providers."}
      >
        {(control) => (
          <div className="flex gap-2">
            <Input
              {...control}
              inputMode="numeric"
              placeholder="Chosen when it runs"
              value={form.seed}
              // Typing a seed means wanting that seed.
              onChange={(event) => onChange({ seed: event.target.value, seedLocked: event.target.value.trim() !== "" })}
            />
            <button
              type="button"
              aria-pressed={form.seedLocked}
              aria-label="Keep the seed"
              title="Keep the seed"
              onClick={() => onChange({ seedLocked: !form.seedLocked })}
              className="inline-flex size-11 shrink-0 items-center justify-center rounded-control border border-edge bg-surface text-ink-1 aria-pressed:bg-ink-1 aria-pressed:text-surface md:size-9"
            >
              <Icon icon={form.seedLocked ? Lock : LockOpen} />
            </button>
          </div>
        )}
      </Field>
    </div>
  );
}
