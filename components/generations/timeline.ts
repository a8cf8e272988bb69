import type { AttemptView, GenerationDetail, GenerationSummary } from "@/server/domain/generation-view";

export const PART_KINDS = ["wait", "delay", "cold", "execution", "fetch", "store", "other"] as const;
export type PartKind = (typeof PART_KINDS)[number];

export const PART_WORDS: Record<PartKind, string> = {
  wait: "Before submission",
  delay: "Delay",
  cold: "Cold start",
  execution: "Execution",
  fetch: "Fetching",
  store: "Storing",
  other: "Other",
};

export interface TimelinePart {
  kind: PartKind;
  fromMs: number;
  toMs: number;
}

export interface TimelineLane {
  attempt: AttemptView;
  parts: TimelinePart[];
}

export interface Timeline {
  fromMs: number;
  toMs: number;
  lanes: TimelineLane[];
}

/**
 * A generation's time, one lane per attempt. The lane that decides the latency (the last) starts at acceptance, so
 * that its parts sum to the latency; earlier lanes show the attempt alone. Providers' clocks are not ours: every
 * mark is forced between its neighbours, so that no part is negative and none overlaps.
 */
export function timelineOf(detail: GenerationDetail, nowMs: number): Timeline {
  const fromMs = detail.createdAtMs;
  const toMs = Math.max(fromMs, endOf(detail, nowMs));
  const lanes = detail.attempts.map((attempt, index) => {
    const isLast = index === detail.attempts.length - 1;
    const laneFrom = clamp(isLast ? fromMs : attempt.createdAtMs, fromMs, toMs);
    const laneTo = clamp(isLast ? toMs : (attempt.finishedAtMs ?? toMs), laneFrom, toMs);
    return { attempt, parts: partsOf(attempt, laneFrom, laneTo) };
  });
  return { fromMs, toMs, lanes };
}

function endOf(detail: GenerationDetail, nowMs: number): number {
  if (detail.latencyMs !== null) return detail.createdAtMs + detail.latencyMs;
  return detail.finishedAtMs ?? nowMs;
}

function partsOf(attempt: AttemptView, fromMs: number, toMs: number): TimelinePart[] {
  const submitted = clamp(attempt.submittedAtMs ?? toMs, fromMs, toMs);
  const started = clamp(startOf(attempt, toMs) ?? toMs, submitted, toMs);
  const storing = clamp(attempt.storeMs === null ? toMs : toMs - attempt.storeMs, started, toMs);
  const executed = clamp(attempt.executionMs === null ? storing : started + attempt.executionMs, started, storing);
  // The worker's start is the last thing that happens before the run.
  const coldFrom = clamp(started - (attempt.startUpMs ?? 0), submitted, started);
  const marks: [PartKind, number][] = [
    ["wait", submitted],
    ["delay", coldFrom],
    ["cold", started],
    ["execution", executed],
    ["fetch", storing],
    ["store", toMs],
  ];
  const parts: TimelinePart[] = [];
  let at = fromMs;
  for (const [kind, until] of marks) {
    if (until > at) parts.push({ kind, fromMs: at, toMs: until });
    at = Math.max(at, until);
  }
  return parts;
}

/**
 * The provider's own delay tells the start best: we only see it at the next poll. Unless it cannot be: a sandbox
 * with a quick clock reports the times of a real service, which do not fit into ours. Then what we saw counts, and
 * where no poll saw it run, its run stands at the end.
 */
function startOf(attempt: AttemptView, endMs: number): number | null {
  const { submittedAtMs, delayMs, executionMs, storeMs, startedAtMs } = attempt;
  if (submittedAtMs === null || delayMs === null) return startedAtMs;
  const told = submittedAtMs + delayMs;
  if (told + (executionMs ?? 0) <= endMs) return told;
  return startedAtMs ?? endMs - (storeMs ?? 0) - (executionMs ?? 0);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

export interface SplitPart {
  kind: PartKind;
  ms: number;
}

/**
 * The latency split that a summary knows, in order of time; what no part explains is `other`. Null while there is
 * no latency. A cold generation's delay counts as its cold start here: the summary does not tell them apart.
 */
export function latencySplit(summary: GenerationSummary): SplitPart[] | null {
  const { latencyMs } = summary;
  if (latencyMs === null) return null;
  let left = Math.max(0, latencyMs);
  const take = (ms: number | null) => {
    const taken = Math.min(left, Math.max(0, ms ?? 0));
    left -= taken;
    return taken;
  };
  // Storing and execution are measured exactly; the delay may hold time that an earlier attempt spent.
  const store = take(summary.storeMs);
  const execution = take(summary.executionMs);
  const delay = take(summary.delayMs);
  const parts: SplitPart[] = [
    { kind: "other", ms: left },
    { kind: summary.coldStart ? "cold" : "delay", ms: delay },
    { kind: "execution", ms: execution },
    { kind: "store", ms: store },
  ];
  return parts.filter((part) => part.ms > 0);
}
