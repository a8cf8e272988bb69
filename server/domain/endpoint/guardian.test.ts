import { describe, expect, it } from "vitest";
import { type FindingKey, type GuardianFacts, guard } from "./guardian";
import type { EndpointSettings, LiveWorkers } from "./settings";
import { standingPrice } from "./standing-price";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const nowMs = 100 * DAY;

const settings: EndpointSettings = {
  name: "flux",
  image: "runpod/worker-comfyui:5.8.5-flux1-dev-fp8",
  gpuPools: ["ADA_24"],
  gpuCount: 1,
  workersMin: 0,
  workersMax: 3,
  idleTimeoutS: 5,
  scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
  executionTimeoutMs: 600_000,
  flashboot: "OFF",
  dataCenterIds: [],
};
const quiet: LiveWorkers["counts"] = { running: 0, idle: 0, initializing: 0, throttled: 0, unhealthy: 0 };
const live = (counts: Partial<LiveWorkers["counts"]>): LiveWorkers => ({
  endpointVersion: 1,
  counts: { ...quiet, ...counts },
  workers: [],
});
/** A hundred cold starts of 21 to 120 s. */
const cold = {
  n: 100,
  p99Ms: 119_000,
  longerThan: (limitMs: number) => Math.max(0, 120 - Math.max(20, limitMs / 1_000)),
};

function facts(change: Partial<GuardianFacts> = {}, set: Partial<EndpointSettings> = {}): GuardianFacts {
  return {
    nowMs,
    settings: { ...settings, ...set },
    workers: live({}),
    problem: null,
    unhealthySinceMs: null,
    throttledSinceMs: null,
    lastRequestMs: nowMs - HOUR,
    watchedSinceMs: nowMs - 50 * DAY,
    cold,
    cutOff: 0,
    executionP99Ms: 9_000,
    generations: 10_000,
    coldStarts: 100,
    windowDays: 28,
    standing: standingPrice(0, null),
    deadlineMs: 180_000,
    idleTimeoutMs: 5_000,
    gpuType: "NVIDIA GeForce RTX 4090",
    ...change,
  };
}
const found = (given: GuardianFacts) => guard(given).map(({ key, level }) => `${key} ${level}`);

it("finds nothing wrong with an endpoint that is well", () => {
  expect(guard(facts())).toEqual([]);
});

describe("an endpoint that nobody asks", () => {
  it.each<[string, number, Partial<EndpointSettings>, string[]]>([
    ["a day", 1, {}, []],
    ["two days: one more and it is lowered", 2.1, {}, ["idle_days watch"]],
    ["three days: lowered by now, or not above 2 anyway", 3.01, { workersMax: 2 }, ["idle_days watch"]],
    ["two days, with a maximum that stays", 2.5, { workersMax: 2 }, []],
    ["six and a half days: hours before it is switched off", 6.5, { workersMax: 2 }, ["idle_days breach"]],
    ["eight days: it was switched off", 8, { workersMax: 0 }, ["workers_max_zero breach"]],
  ])("%s", (_name, days, set, expected) => {
    expect(found(facts({ lastRequestMs: nowMs - days * DAY }, set))).toEqual(expected);
  });

  it("says in how long", () => {
    const [finding] = guard(facts({ lastRequestMs: nowMs - 2.5 * DAY }));
    expect(finding?.says).toContain("after 3 days RunPod lowers workers max from 3 to 2: in 12 h");
  });

  it("counts from the first look where no request is known", () => {
    expect(found(facts({ lastRequestMs: null, watchedSinceMs: nowMs - 2.5 * DAY }))).toEqual(["idle_days watch"]);
  });
});

it.each<[string, Partial<GuardianFacts>, Partial<EndpointSettings>, FindingKey, string, RegExp]>([
  ["a failed look", { problem: "403" }, {}, "unreachable", "watch", /403/],
  [
    "one unhealthy among others",
    { workers: live({ unhealthy: 1, running: 1 }) },
    {},
    "unhealthy_workers",
    "watch",
    /counts 1/,
  ],
  ["none but unhealthy", { workers: live({ unhealthy: 2 }) }, {}, "unhealthy_workers", "breach", /none that works/],
  [
    "throttled for an hour",
    { workers: live({ throttled: 1 }), throttledSinceMs: nowMs - HOUR },
    {},
    "throttled_workers",
    "breach",
    /no machine for 1 of them for 1 h/,
  ],
  [
    "a deadline of 60 s",
    { deadlineMs: 60_000 },
    {},
    "deadline_below_cold",
    "breach",
    /cuts off 60\.0% of cold starts \(60 of 100/,
  ],
  ["cold starts cut off unseen", { cutOff: 25 }, {}, "deadline_below_cold", "breach", /20\.0% .*25 of 125/],
  [
    "an endpoint's limit of 115 s",
    {},
    { executionTimeoutMs: 115_000 },
    "timeout_below_cold",
    "breach",
    /5\.0% of cold starts took longer/,
  ],
  ["an endpoint's limit of 118 s", {}, { executionTimeoutMs: 118_000 }, "timeout_below_cold", "watch", /2\.0%/],
  ["latest", {}, { image: "registry:5000/me/comfy:latest" }, "image_unpinned", "watch", /tag latest/],
  ["no tag", {}, { image: "registry:5000/me/comfy" }, "image_unpinned", "watch", /no tag/],
  [
    "a permanent worker for nobody",
    {
      lastRequestMs: nowMs - 13 * HOUR,
      standing: standingPrice(1, {
        low: { micros: 1_100_000, per: 3_600 },
        high: { micros: 1_100_000, per: 3_600 },
        source: "",
      }),
    },
    { workersMin: 1 },
    "standing_without_traffic",
    "watch",
    /1 worker stands for \$26\.40 a day, and nobody has asked for 13 h/,
  ],
  ["many cold starts", { coldStarts: 3_000 }, {}, "cold_starts_likely", "watch", /30\.0% of 10000 generations/],
  [
    "another idle time-out",
    {},
    { idleTimeoutS: 30 },
    "idle_timeout_differs",
    "watch",
    /30 s, RUNPOD_IDLE_TIMEOUT_S says 5 s/,
  ],
  [
    "another GPU",
    {
      workers: {
        ...live({}),
        workers: [
          {
            id: "w",
            state: "running",
            isStale: false,
            version: 1,
            gpuType: "NVIDIA L4",
            dataCenterId: null,
            uptimeS: 1,
          },
        ],
      },
    },
    {},
    "gpu_differs",
    "watch",
    /workers run on NVIDIA L4/,
  ],
])("warns of %s", (_name, change, set, key, level, says) => {
  expect(guard(facts(change, set))).toMatchObject([{ key, level, says: expect.stringMatching(says) }]);
});

it("is silent about what it cannot know", () => {
  const few = { n: 5, p99Ms: 300_000, longerThan: () => 5 };
  expect(found(facts({ cold: few, deadlineMs: 30_000, generations: 10, coldStarts: 9 }))).toEqual([]);
  expect(found(facts({ workers: live({ throttled: 1 }), throttledSinceMs: nowMs - 60_000 }))).toEqual([]);
  expect(found(facts({}, { image: "me/comfy@sha256:0123" }))).toEqual([]);
});

it("puts what does harm before what will", () => {
  expect(found(facts({}, { workersMax: 0, image: "me/comfy" }))).toEqual([
    "workers_max_zero breach",
    "image_unpinned watch",
  ]);
});
