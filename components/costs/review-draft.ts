/** What somebody has written to a week and not saved, in this tab of this browser. */
export interface ReviewDraft {
  unexpected: string;
  notes: string;
  /** When what they saw had been written last; null: nothing had. */
  seenAtMs: number | null;
}

const keyOf = (environment: string, week: string) => `switchyard review ${environment} ${week}`;

/** Null: there is none, or nothing that can be read as one. */
export function readDraft(environment: string, week: string): ReviewDraft | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(environment, week)) ?? "null");
    if (typeof kept !== "object" || kept === null) return null;
    const { unexpected, notes, seenAtMs } = kept as Partial<Record<keyof ReviewDraft, unknown>>; // whatever it holds
    if (typeof unexpected !== "string" || typeof notes !== "string") return null;
    return { unexpected, notes, seenAtMs: typeof seenAtMs === "number" ? seenAtMs : null };
  } catch {
    return null;
  }
}

export function keepDraft(environment: string, week: string, draft: ReviewDraft): void {
  try {
    sessionStorage.setItem(keyOf(environment, week), JSON.stringify(draft));
  } catch {
    // No room or not allowed: the text stands in the field all the same.
  }
}

export function forgetDraft(environment: string, week: string): void {
  try {
    sessionStorage.removeItem(keyOf(environment, week));
  } catch {
    // Where it could not be kept there is nothing to forget.
  }
}
