import { type EndpointChange, type EndpointScaling, type EndpointSettings, FLASHBOOTS } from "./settings";

/** One setting that became another, in words. */
export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

type Shown = Record<string, string>;

export function scalingWords(scaling: EndpointScaling | null): string {
  if (scaling === null) return "unknown";
  return scaling.type === "QUEUE_DELAY"
    ? `after ${scaling.queueDelayS} s in the queue`
    : `one for every ${scaling.requestCount} jobs`;
}

/** The settings as people read them, in the order in which they are shown. */
export function shownSettings(settings: EndpointSettings): Shown {
  return {
    "Workers min": String(settings.workersMin),
    "Workers max": String(settings.workersMax),
    "Idle time-out": settings.idleTimeoutS === null ? "none" : `${settings.idleTimeoutS} s`,
    "Adds a worker": scalingWords(settings.scaling),
    FlashBoot: settings.flashboot,
    "GPU pools": settings.gpuPools.join(", ") || "none",
    "GPUs a worker": String(settings.gpuCount),
    "Execution time-out":
      settings.executionTimeoutMs === null ? "RunPod's 600 s" : `${settings.executionTimeoutMs / 1_000} s`,
    Image: settings.image ?? "built from a repository",
    Name: settings.name,
    "Data centres": settings.dataCenterIds.join(", ") || "any",
  };
}

export function differences(before: EndpointSettings, after: EndpointSettings): FieldChange[] {
  const [old, now] = [shownSettings(before), shownSettings(after)];
  return Object.keys(now).flatMap((field) => {
    const [was, is] = [old[field] ?? "", now[field] ?? ""];
    return was === is ? [] : [{ field, before: was, after: is }];
  });
}

/** Such as "Workers min 0 → 1, FlashBoot OFF → FLASHBOOT". */
export function changeWords(changes: readonly FieldChange[]): string {
  return changes.map(({ field, before, after }) => `${field} ${before} → ${after}`).join(", ");
}

/** The settings as they will be. RunPod has no idle time-out with REQUEST_COUNT, and its default without it. */
export function withChange(settings: EndpointSettings, change: EndpointChange): EndpointSettings {
  const { executionTimeoutMs, ...rest } = change;
  const after = { ...settings, ...rest };
  if (executionTimeoutMs !== undefined) after.executionTimeoutMs = executionTimeoutMs || null;
  if (after.scaling?.type === "REQUEST_COUNT") after.idleTimeoutS = null;
  return after;
}

/** What changes `before` into `after`, as far as we may change it. */
export function changeBetween(before: EndpointSettings, after: EndpointSettings): EndpointChange {
  const change: EndpointChange = {};
  if (before.workersMin !== after.workersMin) change.workersMin = after.workersMin;
  if (before.workersMax !== after.workersMax) change.workersMax = after.workersMax;
  if (before.idleTimeoutS !== after.idleTimeoutS && after.idleTimeoutS !== null)
    change.idleTimeoutS = after.idleTimeoutS;
  if (scalingWords(before.scaling) !== scalingWords(after.scaling) && after.scaling !== null)
    change.scaling = after.scaling;
  if (before.flashboot !== after.flashboot) change.flashboot = after.flashboot;
  if (before.gpuPools.join() !== after.gpuPools.join()) change.gpuPools = after.gpuPools;
  if (before.executionTimeoutMs !== after.executionTimeoutMs) change.executionTimeoutMs = after.executionTimeoutMs ?? 0;
  return change;
}

export interface ChangeProblem {
  field: keyof EndpointChange | "change";
  rule: string;
}

const WORKERS_MAX = 1_000;
const isWhole = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;

/** What RunPod would refuse, said before it is asked; empty when nothing. */
export function checkChange(settings: EndpointSettings, change: EndpointChange): ChangeProblem[] {
  const problems: ChangeProblem[] = [];
  const wrong = (field: ChangeProblem["field"], rule: string) => problems.push({ field, rule });
  const after = withChange(settings, change);
  for (const field of ["workersMin", "workersMax"] as const)
    if (!isWhole(after[field], 0, WORKERS_MAX)) wrong(field, `must be a whole number from 0 to ${WORKERS_MAX}`);
  if (problems.length === 0 && after.workersMin > after.workersMax) {
    const rule = `must not be above the maximum: ${after.workersMin} > ${after.workersMax}. Raise the maximum too, or keep fewer warm`;
    wrong(change.workersMin === undefined ? "workersMax" : "workersMin", rule);
  }
  const { idleTimeoutS, scaling, executionTimeoutMs, flashboot, gpuPools } = change;
  if (idleTimeoutS !== undefined) {
    if (after.scaling?.type === "REQUEST_COUNT") {
      const rule = "cannot be set with scaling by REQUEST_COUNT, which has none: scale by QUEUE_DELAY, or leave it out";
      wrong("idleTimeoutS", rule);
    } else if (!isWhole(idleTimeoutS, 1, 3_600))
      wrong("idleTimeoutS", "must be a whole number of seconds from 1 to 3600");
  }
  if (scaling?.type === "QUEUE_DELAY" && !isWhole(scaling.queueDelayS, 1, 3_600))
    wrong("scaling", "needs a queue delay of whole seconds from 1 to 3600");
  if (scaling?.type === "REQUEST_COUNT" && !isWhole(scaling.requestCount, 1, 10_000))
    wrong("scaling", "needs a count of jobs a worker, a whole number from 1 to 10000");
  // RunPod takes 5 seconds to 7 days for a job; 0 unsets the endpoint's own.
  if (executionTimeoutMs !== undefined && executionTimeoutMs !== 0 && !isWhole(executionTimeoutMs, 5_000, 604_800_000))
    wrong("executionTimeoutMs", "must be 0 (RunPod's 600 s) or from 5 seconds to 7 days");
  if (flashboot !== undefined && !FLASHBOOTS.includes(flashboot))
    wrong("flashboot", `must be one of ${FLASHBOOTS.join(", ")}`);
  if (gpuPools !== undefined && gpuPools.length === 0) wrong("gpuPools", "must name at least one pool");
  if (problems.length === 0 && differences(settings, after).length === 0)
    wrong("change", "changes nothing: the endpoint is set like that already");
  return problems;
}
