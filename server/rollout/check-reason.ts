import { AppError } from "@/server/errors";

export const REASON_MIN = 8;
export const REASON_MAX = 1_000;

/** The reason without its outer spaces. Throws BAD_REQUEST on field `reason`, naming the rule. */
export function checkReason(reason: string): string {
  const trimmed = reason.trim();
  if (trimmed.length >= REASON_MIN && trimmed.length <= REASON_MAX) return trimmed;
  const rule = `must have ${REASON_MIN} to ${REASON_MAX} characters`;
  throw new AppError("BAD_REQUEST", `reason ${rule}`, { problems: [{ field: "reason", rule }] });
}
