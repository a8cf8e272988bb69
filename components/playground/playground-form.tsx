"use client";
import { Field, PromptArea } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { ExamplePrompts } from "./example-prompts";
import type { PlaygroundFormProps } from "./form-props";
import { RUN_ON, RUN_ON_WORDS } from "./form-state";
import { NumberFields } from "./number-fields";
import { SizeField } from "./size-field";
import { SourceField } from "./source-field";

export function PlaygroundForm(props: PlaygroundFormProps) {
  const { operation, form, errors, runOn, onChange, onError, onRunOn, onSubmit, onLastResult, children } = props;
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
          onLastResult={onLastResult}
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
          <Field label="Negative prompt" error={errors.negativePrompt}>
            {(control) => (
              <PromptArea
                {...control}
                rows={1}
                value={form.negativePrompt}
                onChange={(event) => onChange({ negativePrompt: event.target.value })}
              />
            )}
          </Field>
          <SizeField form={form} errors={errors} runOn={runOn} onChange={onChange} />
          <NumberFields form={form} errors={errors} onChange={onChange} />
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
