"use client";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { PlaygroundFormProps } from "./form-props";
import { providersOf } from "./form-state";
import { CUSTOM_SIZE, SIZE_PRESETS, sizesFor } from "./sizes";

type SizeFieldProps = Pick<PlaygroundFormProps, "form" | "errors" | "runOn" | "onChange">;

/** What every provider that will run takes; any other size in two fields of its own. */
export function SizeField({ form, errors, runOn, onChange }: SizeFieldProps) {
  const own = form.size === CUSTOM_SIZE;
  const error = errors.width ?? errors.height;
  function choose(size: string) {
    const before = SIZE_PRESETS.find((preset) => preset.value === form.size);
    const start = size === CUSTOM_SIZE && before?.width ? { width: `${before.width}`, height: `${before.height}` } : {};
    onChange({ size, ...start });
  }
  return (
    <>
      <Select label="Size" value={form.size} onChange={choose} options={sizesFor(providersOf(runOn), form.size)} />
      {own ? (
        <div className="grid grid-cols-2 gap-3">
          {(["width", "height"] as const).map((side) => (
            <Field key={side} label={side === "width" ? "Width" : "Height"} error={errors[side]}>
              {(control) => (
                <Input
                  {...control}
                  inputMode="numeric"
                  placeholder="In steps of 16"
                  value={form[side]}
                  onChange={(event) => onChange({ [side]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
      ) : error ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          {error}
        </p>
      ) : null}
    </>
  );
}
