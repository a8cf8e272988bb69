import { formatIsoWeek, type IsoWeek, parseIsoWeek } from "@/server/domain/iso-week";
import { AppError } from "@/server/errors";

export function refused(field: string, rule: string): AppError {
  return new AppError("BAD_REQUEST", `${field} ${rule}`, { problems: [{ field, rule }] });
}

/** Throws BAD_REQUEST on field `week` for what is no week, such as 2026-W54. */
export function checkWeek(text: string): { week: IsoWeek; name: string } {
  const week = parseIsoWeek(text);
  if ("rule" in week) throw refused("week", week.rule);
  return { week, name: formatIsoWeek(week) };
}

/** The text without its outer spaces. Throws BAD_REQUEST on `field`. */
export function checkText(field: string, text: string, { min, max }: { min: number; max: number }): string {
  const trimmed = text.trim();
  if (trimmed.length < min || trimmed.length > max)
    throw refused(field, min > 0 ? `must have ${min} to ${max} characters` : `must have at most ${max} characters`);
  return trimmed;
}
