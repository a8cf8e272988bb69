"use client";
import { Field, Input } from "@/components/ui/field";

/** As the server has it (server/rollout/check-reason.ts). */
const REASON_MIN = 8;

/** Why the reason is not one yet; null when it is. */
export function reasonProblem(reason: string): string | null {
  const length = reason.trim().length;
  if (length >= REASON_MIN) return null;
  return length === 0
    ? `Needs a reason of at least ${REASON_MIN} characters.`
    : `Needs at least ${REASON_MIN} characters, has ${length}.`;
}

interface ReasonFieldProps {
  label?: string;
  value: string;
  onChange: (value: string) => void;
  /** Says what is missing before anything is typed; without it, the reason may stay empty. */
  required?: boolean;
}

/** The reason that every step forward needs, with what is still wrong about it in sight. */
export function ReasonField({ label = "Reason", value, onChange, required = true }: ReasonFieldProps) {
  const problem = required || value.trim() !== "" ? reasonProblem(value) : null;
  return (
    <Field label={label} hint={problem ?? "Goes into the history and the audit trail."}>
      {(control) => (
        <Input
          {...control}
          value={value}
          maxLength={1_000}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
