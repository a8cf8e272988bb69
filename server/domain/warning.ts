export const FINDING_LEVELS = ["watch", "breach"] as const;
export type FindingLevel = (typeof FINDING_LEVELS)[number];

/** `storage` is the installation's, so each environment has the same warning and tells its own people. */
export type WarningSubject = "endpoint" | "storage";

/** What stands before a warning's title where others stand beside it. */
export const SUBJECT_NAMES: Record<WarningSubject, string> = { endpoint: "RunPod endpoint", storage: "Storage" };

/** Something that does harm (`breach`) or will (`watch`). */
export interface Found<Key extends string> {
  key: Key;
  level: FindingLevel;
  title: string;
  /** With the numbers it was found by. */
  says: string;
  todo: string;
}

/** `pending`: seen, but not yet for long enough to tell anybody. */
export const WARNING_STATES = ["pending", "firing", "resolved"] as const;
export type WarningState = (typeof WARNING_STATES)[number];

/** What people are told of. `worse`: what only would do harm does it now. */
export const WARNING_EVENTS = ["fired", "worse", "resolved"] as const;
export type WarningEvent = (typeof WARNING_EVENTS)[number];

/** Looks on end, one a minute, before a finding is told of or its level moves: a worker may be unhealthy for one. */
export const FIRE_AFTER_LOOKS = 3;
/** Looks on end without it before it counts as gone: what comes and goes is one warning, not many. */
export const CLEAR_AFTER_LOOKS = 5;

export interface OpenWarning {
  state: Exclude<WarningState, "resolved">;
  level: FindingLevel;
  /** Looks on end that spoke for what it will become next. */
  looks: number;
}

/** What a look makes of a warning: it is kept with these values, forgotten as never told of, or resolved. */
export type WarningStep =
  | { kind: "keep"; warning: OpenWarning; event: WarningEvent | null }
  | { kind: "forget" }
  | { kind: "resolve" };

/** One look's word on one kind of finding; null: nothing is open, and nothing was found. */
export function stepWarning(
  open: OpenWarning | null,
  finding: Pick<Found<string>, "level"> | null,
): WarningStep | null {
  if (open === null) {
    if (finding === null) return null;
    return { kind: "keep", warning: { state: "pending", level: finding.level, looks: 1 }, event: null };
  }
  const looks = open.looks + 1;
  const keep = (change: Partial<OpenWarning>, event: WarningEvent | null = null): WarningStep => ({
    kind: "keep",
    warning: { ...open, ...change },
    event,
  });
  if (open.state === "pending") {
    if (finding === null) return { kind: "forget" };
    const { level } = finding;
    return looks < FIRE_AFTER_LOOKS ? keep({ level, looks }) : keep({ state: "firing", level, looks: 0 }, "fired");
  }
  if (finding === null) return looks < CLEAR_AFTER_LOOKS ? keep({ looks }) : { kind: "resolve" };
  if (finding.level === open.level) return keep({ looks: 0 });
  if (looks < FIRE_AFTER_LOOKS) return keep({ looks });
  return keep({ level: finding.level, looks: 0 }, finding.level === "breach" ? "worse" : null);
}
