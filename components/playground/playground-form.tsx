"use client";
import { Lock, LockOpen } from "lucide-react";
import type { ReactNode } from "react";
import { Field, Input, PromptArea } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import type { Operation } from "@/server/domain/vocabulary";
import { ExamplePrompts } from "./example-prompts";
import {
  type FieldErrors,
  type PlaygroundForm as Form,
  RUN_ON,
  RUN_ON_WORDS,
  type RunOn,
  SIZE_PRESETS,
} from "./form-state";
import { SourceField } from "./source-field";

interface PlaygroundFormProps {
  operation: Operation;
  form: Form;
  errors: FieldErrors;
  runOn: RunOn;
  onChange: (changes: Partial<Form>) => void;
  onError: (field: string, message: string) => void;
  onRunOn: (runOn: RunOn) => void;
  onSubmit: () => void;
  /** The run button and what stands under it. */
  children: ReactNode;
}

export function PlaygroundForm(props: PlaygroundFormProps) {
  const { operation, form, errors, runOn, onChange, onError, onRunOn, onSubmit, children } = props;
  const withPrompt = operation !== "remove_background";
  return (
    <form
      noValidate
      aria-label="Request"
      className="flex flex-col gap-4 pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {operation === "txt2img" ? null : (
        <SourceField
          image={form.image}
          error={errors.image ?? null}
          onChange={(image) => onChange({ image })}
          onProblem={(problem) => onError("image", problem)}
        />
      )}
      {withPrompt ? (
        <>
          <Field label="Prompt" error={errors.prompt}>
            {(control) => (
              <PromptArea
                {...control}
                rows={4}
                value={form.prompt}
                onChange={(event) => onChange({ prompt: event.target.value })}
              />
            )}
          </Field>
          <ExamplePrompts onPick={(prompt) => onChange({ prompt })} />
          <Field
            label="Negative prompt"
            error={errors.negativePrompt}
            hint={
              form.negativePrompt.trim() === ""
                ? undefined
                : "FLUX models take none: text to image leaves it out, and the result says so."
            }
          >
            {(control) => (
              <PromptArea
                {...control}
                rows={1}
                value={form.negativePrompt}
                onChange={(event) => onChange({ negativePrompt: event.target.value })}
              />
            )}
          </Field>
          <Select
            label="Size"
            value={form.size}
            onChange={(size) => onChange({ size })}
            options={SIZE_PRESETS.map(({ value, label }) => ({ value, label }))}
          />
          {errors.width || errors.height ? (
            <p role="alert" className="m-0 text-small text-breach-text">
              {errors.width ?? errors.height}
            </p>
          ) : null}
          <Numbers form={form} errors={errors} onChange={onChange} />
        </>
      ) : null}
      {operation === "img2img" ? (
        <Field
          label="Strength"
          aside={form.strength.toFixed(2)}
          hint="Low keeps the source picture, high follows the prompt."
          error={errors.strength}
        >
          {(control) => (
            <input
              {...control}
              type="range"
              min={0.05}
              max={1}
              step={0.05}
              value={form.strength}
              onChange={(event) => onChange({ strength: Number(event.target.value) })}
              className="h-6 w-full"
            />
          )}
        </Field>
      ) : null}
      <Segmented
        label="Run on"
        value={runOn}
        onChange={onRunOn}
        options={RUN_ON.map((value) => ({ value, label: RUN_ON_WORDS[value] }))}
      />
      {children}
    </form>
  );
}

function Numbers({ form, errors, onChange }: Pick<PlaygroundFormProps, "form" | "errors" | "onChange">) {
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
