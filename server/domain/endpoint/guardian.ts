import { formatMicros } from "@/server/domain/money";
import type { Found } from "@/server/domain/warning";
import type { EndpointSettings, LiveWorkers } from "./settings";
import type { StandingPrice } from "./standing-price";

export const FINDING_KEYS = [
  "unreachable",
  "workers_max_zero",
  "idle_days",
  "unhealthy_workers",
  "throttled_workers",
  "deadline_below_cold",
  "timeout_below_cold",
  "image_unpinned",
  "standing_without_traffic",
  "cold_starts_likely",
  "idle_timeout_differs",
  "gpu_differs",
] as const;
export type FindingKey = (typeof FINDING_KEYS)[number];

/** Something about the endpoint. */
export type Finding = Found<FindingKey>;

export interface GuardianFacts {
  nowMs: number;
  settings: EndpointSettings;
  /** Null: not read yet. */
  workers: LiveWorkers | null;
  /** Why the newest look failed; null when it did not. */
  problem: string | null;
  unhealthySinceMs: number | null;
  throttledSinceMs: number | null;
  /** Null: none is known. */
  lastRequestMs: number | null;
  /** Since when we look at this endpoint. */
  watchedSinceMs: number;
  /** Cold generations of the window that succeeded: how many, how long, and how many took longer than a limit. */
  cold: { n: number; p99Ms: number | null; longerThan(limitMs: number): number };
  /** Generations that ended because a worker did not start in time: they are in no percentile. */
  cutOff: number;
  /** The longest execution among one in a hundred; null: too few. */
  executionP99Ms: number | null;
  generations: number;
  coldStarts: number;
  windowDays: number;
  standing: StandingPrice;
  /** What Switchyard is configured with. */
  deadlineMs: number;
  idleTimeoutMs: number;
  gpuType: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Below so many cold starts a p99 is the largest of them and says little. */
const COLD_MIN = 20;
const COLD_LIKELY_SHARE = 0.1;
/** Tags that mean another image tomorrow. */
const MOVING_TAGS = ["latest", "main", "master", "dev", "nightly", "stable", "edge"];

type Rule = (facts: GuardianFacts) => Omit<Finding, "key"> | null;

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;
const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
const hours = (ms: number) =>
  ms < 2 * DAY_MS ? `${Math.max(0, Math.round(ms / HOUR_MS))} h` : `${(ms / DAY_MS).toFixed(1)} days`;

const RULES: Record<FindingKey, Rule> = {
  unreachable: ({ problem }) =>
    problem === null
      ? null
      : {
          level: "watch",
          title: "The endpoint's settings cannot be read",
          says: `${problem}. What is shown here is from the last time that they could.`,
          todo: "Jobs go on without it; warnings do not. Mend the key or the address.",
        },

  workers_max_zero: ({ settings }) =>
    settings.workersMax > 0
      ? null
      : {
          level: "breach",
          title: "The endpoint may have no worker",
          says: "Workers max is 0: every job waits until its deadline and fails.",
          todo: "Set workers max to at least 1. RunPod lowers it to 0 by itself after 7 days without a request.",
        },

  idle_days(facts) {
    const sinceMs = facts.lastRequestMs ?? facts.watchedSinceMs;
    const idleMs = facts.nowMs - sinceMs;
    const { workersMax } = facts.settings;
    const next = idleMs < 3 * DAY_MS ? { days: 3, to: 2 } : { days: 7, to: 0 };
    const leftMs = next.days * DAY_MS - idleMs;
    if (idleMs < 2 * DAY_MS || leftMs < 0 || workersMax <= next.to) return null;
    return {
      level: leftMs < DAY_MS && next.to === 0 ? "breach" : "watch",
      title: `RunPod will lower workers max to ${next.to}`,
      says: `No request of ours for ${hours(idleMs)}; after ${next.days} days RunPod lowers workers max from ${workersMax} to ${next.to}: in ${hours(leftMs)}.`,
      todo: "Send one generation to ComfyUI, such as from the playground, and the days count anew.",
    };
  },

  unhealthy_workers({ workers, unhealthySinceMs, nowMs }) {
    const n = workers?.counts.unhealthy ?? 0;
    if (n === 0) return null;
    const forMs = nowMs - (unhealthySinceMs ?? nowMs);
    const works = (workers?.counts.running ?? 0) + (workers?.counts.idle ?? 0) > 0;
    return {
      level: works && forMs < 10 * 60_000 ? "watch" : "breach",
      title: `${n} unhealthy ${n === 1 ? "worker" : "workers"}`,
      says: `RunPod counts ${n} as unhealthy, since ${hours(forMs)}${works ? "" : ", and none that works"}: jobs sent to a crash loop wait until their deadline.`,
      todo: "Read the worker's log at RunPod: an image that does not start, too little memory, or a start of more than 7 minutes.",
    };
  },

  throttled_workers({ workers, throttledSinceMs, nowMs }) {
    const n = workers?.counts.throttled ?? 0;
    // A lone leftover at rest means nothing; it counts while nobody works or when it lasts.
    const forMs = nowMs - (throttledSinceMs ?? nowMs);
    if (n === 0 || forMs < 5 * 60_000) return null;
    const works = (workers?.counts.running ?? 0) + (workers?.counts.idle ?? 0) > 0;
    return {
      level: works ? "watch" : "breach",
      title: `${n} throttled ${n === 1 ? "worker" : "workers"}`,
      says: `RunPod has had no machine for ${n} of them for ${hours(forMs)}${works ? "" : ", and none works"}.`,
      todo: "Allow another GPU pool or data centre, or wait.",
    };
  },

  deadline_below_cold: (facts) => {
    const { cold, cutOff, deadlineMs, windowDays } = facts;
    const n = cold.n + cutOff;
    if (n < COLD_MIN || cold.p99Ms === null) return null;
    const cut = cold.longerThan(deadlineMs) + cutOff;
    if (cold.p99Ms <= deadlineMs && cut / n < 0.01) return null;
    return {
      level: cut / n >= 0.05 ? "breach" : "watch",
      title: "The deadline is shorter than cold starts take",
      says: `DEADLINE_COMFYUI_S is ${seconds(deadlineMs)}; it cuts off ${percent(cut / n)} of cold starts (${cut} of ${n} in ${windowDays} days, p99 ${seconds(cold.p99Ms)} of those that ended well).`,
      todo: `Raise DEADLINE_COMFYUI_S above ${seconds(cold.p99Ms)}, or keep a worker warm.`,
    };
  },

  timeout_below_cold: ({ settings, cold, executionP99Ms, windowDays }) => {
    const limitMs = settings.executionTimeoutMs ?? 600_000;
    if (cold.n < COLD_MIN || cold.p99Ms === null || cold.p99Ms <= limitMs) return null;
    const isExecution = executionP99Ms !== null && executionP99Ms > limitMs;
    const longer = cold.longerThan(limitMs);
    const part = executionP99Ms === null ? "" : `; execution alone has a p99 of ${seconds(executionP99Ms)}`;
    return {
      level: isExecution || longer / cold.n >= 0.05 ? "breach" : "watch",
      title: "The endpoint's time-out is shorter than cold starts take",
      says: `The execution time-out is ${seconds(limitMs)}, the measured cold p99 ${seconds(cold.p99Ms)}: ${percent(longer / cold.n)} of cold starts took longer (${longer} of ${cold.n} in ${windowDays} days)${part}.`,
      todo: `Set it above ${seconds(cold.p99Ms)}: a model that loads in the first run counts as execution. Jobs of Switchyard carry a limit of their own.`,
    };
  },

  image_unpinned({ settings: { image } }) {
    if (image === null || image.includes("@sha256:")) return null;
    const name = image.slice(image.lastIndexOf("/") + 1);
    const tag = name.includes(":") ? name.slice(name.lastIndexOf(":") + 1) : null;
    if (tag !== null && !MOVING_TAGS.includes(tag.toLowerCase())) return null;
    return {
      level: "watch",
      title: "The image is not pinned",
      says: `${image} ${tag === null ? "has no tag, which means latest" : `has the tag ${tag}, which moves`}: a new worker may run another image than the ones that were measured.`,
      todo: "Name a version or a digest, such as runpod/worker-comfyui:5.8.5-flux1-dev-fp8.",
    };
  },

  standing_without_traffic(facts) {
    const idleMs = facts.nowMs - (facts.lastRequestMs ?? facts.watchedSinceMs);
    if (facts.settings.workersMin === 0 || idleMs < 12 * HOUR_MS) return null;
    const { perDayMicros } = facts.standing;
    const price = perDayMicros === null ? "at an unknown price" : `for ${formatMicros(perDayMicros.high)} a day`;
    return {
      level: idleMs >= 2 * DAY_MS ? "breach" : "watch",
      title: "Standing workers without traffic",
      says: `${facts.settings.workersMin} ${facts.settings.workersMin === 1 ? "worker stands" : "workers stand"} ${price}, and nobody has asked for ${hours(idleMs)}.`,
      todo: "Set workers min to 0 until traffic comes.",
    };
  },

  cold_starts_likely(facts) {
    const { settings, generations, coldStarts, windowDays } = facts;
    if (settings.workersMin > 0 || generations < COLD_MIN) return null;
    const share = coldStarts / generations;
    if (share < COLD_LIKELY_SHARE) return null;
    const idle = settings.idleTimeoutS === null ? "no idle time-out" : `an idle time-out of ${settings.idleTimeoutS} s`;
    return {
      level: "watch",
      title: "These settings make cold starts",
      says: `Workers min is 0, with ${idle} and FlashBoot ${settings.flashboot === "OFF" ? "off" : "on"}: ${percent(share)} of ${generations} generations in ${windowDays} days were cold.`,
      todo: "See what a longer idle time-out or a permanent worker would change: switchyard keep-warm.",
    };
  },

  idle_timeout_differs({ settings: { idleTimeoutS }, idleTimeoutMs }) {
    if (idleTimeoutS === null || idleTimeoutS * 1_000 === idleTimeoutMs) return null;
    return {
      level: "watch",
      title: "RUNPOD_IDLE_TIMEOUT_S is not the endpoint's",
      says: `The endpoint's idle time-out is ${idleTimeoutS} s, RUNPOD_IDLE_TIMEOUT_S says ${idleTimeoutMs / 1_000} s: cold starts and idle costs are judged by the wrong one.`,
      todo: `Set RUNPOD_IDLE_TIMEOUT_S=${idleTimeoutS} and start Switchyard again.`,
    };
  },

  gpu_differs({ workers, gpuType }) {
    const others = [...new Set((workers?.workers ?? []).flatMap((worker) => worker.gpuType ?? []))].filter(
      (seen) => seen !== gpuType,
    );
    if (others.length === 0) return null;
    return {
      level: "watch",
      title: "Workers run on another GPU than costs are counted by",
      says: `RUNPOD_GPU_TYPE is ${gpuType}; workers run on ${others.join(", ")}.`,
      todo: "Set RUNPOD_GPU_TYPE to what the endpoint runs on, so that its price is used.",
    };
  },
};

/** Everything about the endpoint that does harm or will, the worst first. */
export function guard(facts: GuardianFacts): Finding[] {
  const found = FINDING_KEYS.flatMap((key) => {
    const finding = RULES[key](facts);
    return finding === null ? [] : [{ key, ...finding }];
  });
  return [...found.filter(({ level }) => level === "breach"), ...found.filter(({ level }) => level === "watch")];
}
