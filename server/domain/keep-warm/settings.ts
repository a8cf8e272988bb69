import { isInHours, type KeptHours } from "@/server/domain/endpoint/schedule";
import type { EndpointScaling, EndpointSettings } from "@/server/domain/endpoint/settings";
import type { UnitPrice } from "@/server/domain/money";

/** A GPU that the endpoint may run on. */
export interface WarmGpu {
  /** The pool that an endpoint's settings name; null: what is set now. */
  pool: string | null;
  name: string;
  /** Of one worker; null: unknown, which is never 0. */
  price: UnitPrice | null;
  /** Execution against what was measured; null: nobody has measured it here, and times are shown as they were. */
  speedFactor: number | null;
}

/** Hours of some weekdays in which workers are kept, which RunPod cannot do by itself: it takes two changes a day. */
export interface WarmSchedule extends KeptHours {
  label: string;
  workers: number;
}

/** A setting to be tried. */
export interface WarmSetting {
  workersMin: number;
  workersMax: number;
  idleTimeoutS: number;
  scaling: EndpointScaling;
  gpu: WarmGpu;
  schedule: WarmSchedule | null;
}

/** RunPod has no idle time-out with REQUEST_COUNT and says nothing of what it does instead; its default elsewhere. */
export const IDLE_TIMEOUT_DEFAULT_S = 5;
const SCALING_DEFAULT: EndpointScaling = { type: "QUEUE_DELAY", queueDelayS: 4 };
const IDLE_TIMEOUTS_S = [5, 15, 30, 60, 120, 300, 600];
const WORKERS_MIN_MAX = 3;
const HOUR_MS = 3_600_000;
const WORKDAYS = [1, 2, 3, 4, 5];
const SCHEDULES: readonly WarmSchedule[] = [
  { label: "weekdays 8–19 h", weekdays: WORKDAYS, fromHour: 8, toHour: 19, workers: 1 },
  { label: "weekdays 6–22 h", weekdays: WORKDAYS, fromHour: 6, toHour: 22, workers: 1 },
  { label: "every day 8–23 h", weekdays: [...WORKDAYS, 6, 7], fromHour: 8, toHour: 23, workers: 1 },
];

export function presentSetting(settings: EndpointSettings, gpu: WarmGpu): WarmSetting {
  const { workersMin, workersMax, idleTimeoutS, scaling } = settings;
  return {
    workersMin,
    workersMax,
    idleTimeoutS: idleTimeoutS ?? IDLE_TIMEOUT_DEFAULT_S,
    scaling: scaling ?? SCALING_DEFAULT,
    gpu,
    schedule: null,
  };
}

/** The present setting first; then minimum by idle time-out, schedules, and other GPUs with a price. */
export function settingsToTry(present: WarmSetting, otherGpus: readonly WarmGpu[]): WarmSetting[] {
  const idles = [...new Set([present.idleTimeoutS, ...IDLE_TIMEOUTS_S])].sort((one, other) => one - other);
  const minimums = Array.from({ length: WORKERS_MIN_MAX + 1 }, (_, workersMin) => workersMin);
  // More are kept than there may be now: the maximum is raised with it.
  const withMinimum = (workersMin: number, change: Partial<WarmSetting>): WarmSetting => ({
    ...present,
    workersMin,
    workersMax: Math.max(present.workersMax, workersMin),
    ...change,
  });
  const all = [
    present,
    ...minimums.flatMap((workersMin) => idles.map((idleTimeoutS) => withMinimum(workersMin, { idleTimeoutS }))),
    ...SCHEDULES.flatMap((schedule) => idles.map((idleTimeoutS) => withMinimum(0, { schedule, idleTimeoutS }))),
    ...otherGpus
      .filter(({ price }) => price !== null)
      .flatMap((gpu) =>
        [0, 1].flatMap((workersMin) =>
          [present.idleTimeoutS, 60].map((idleTimeoutS) => withMinimum(workersMin, { idleTimeoutS, gpu })),
        ),
      ),
  ];
  const seen = new Set<string>();
  return all.filter((setting) => {
    const key = settingWords(setting);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Such as "min 1, idle 60 s, RTX 4090". */
export function settingWords({ workersMin, idleTimeoutS, gpu, schedule }: WarmSetting): string {
  const kept = schedule === null ? `min ${workersMin}` : `min ${schedule.workers} ${schedule.label}`;
  return `${kept}, idle ${idleTimeoutS} s, ${gpu.name}`;
}

/** What is kept up from each time on, in milliseconds since `fromMs`. Hours are the zone's, also where its clocks change. */
export function minimumSteps(
  { workersMin, schedule }: Pick<WarmSetting, "workersMin" | "schedule">,
  { fromMs, toMs, zone }: { fromMs: number; toMs: number; zone: string },
): { atMs: number; workers: number }[] {
  const steps = [{ atMs: 0, workers: workersMin }];
  if (schedule === null) return steps;
  const isKept = isInHours(schedule, zone);
  const workersAt = (atMs: number) => Math.max(workersMin, isKept(atMs) ? schedule.workers : 0);
  steps[0] = { atMs: 0, workers: workersAt(fromMs) };
  // Zones that are not whole hours from UTC change at quarters.
  const quarter = HOUR_MS / 4;
  for (let atMs = Math.ceil(fromMs / quarter) * quarter; atMs < toMs; atMs += quarter) {
    const workers = workersAt(atMs);
    if (workers !== steps.at(-1)?.workers) steps.push({ atMs: Math.max(0, atMs - fromMs), workers });
  }
  return steps;
}
