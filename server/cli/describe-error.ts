import { errorMessage } from "@/server/error-message";
import { AppError } from "@/server/errors";

/** Options by the fields that the verbs speak of. */
const OPTIONS: Record<string, string> = {
  negativePrompt: "--negative",
  stickyKey: "--key",
  deadlineMs: "--timeout (as deadlineMs)",
  "Idempotency-Key": "--idempotency-key",
  "idempotency-key": "--idempotency-key",
  "image.url": "--image",
  scopes: "--scopes",
  reason: "--reason",
  note: "--note",
};
const SAME_NAME = new Set([
  "operation",
  "width",
  "height",
  "steps",
  "guidance",
  "seed",
  "strength",
  "count",
  "provider",
  "image",
  "environment",
  "name",
]);

export function optionOf(field: string): string {
  return OPTIONS[field] ?? (SAME_NAME.has(field) ? `--${field}` : field);
}

/** What a person needs to know of an error: the rules that were broken by option, or the message. Never a stack. */
export function describeError(error: unknown): string {
  // A conflict's message says what stands against it as a whole; its fields are none that were typed.
  if (AppError.is(error) && error.code !== "CONFLICT" && error.problems.length > 0)
    return error.problems.map(({ field, rule }) => `${optionOf(field)} ${rule}`).join("\n            ");
  return errorMessage(error);
}
