import { describe, expect, it } from "vitest";
import type { AttemptRow, ClientEntry, GenerationRow, History, ProviderJob } from "../history";
import { type CheckLimits, check } from "./check";

const SHA = "ab".repeat(32);
const LIMITS: CheckLimits = { maxAttempts: 3, clockToleranceMs: 20, takeoverMs: 10_000, acceptMs: 2_000 };

const client: ClientEntry = {
  key: "key-1",
  tag: "tag-1",
  sends: [
    { atMs: 1_000, tookMs: 3, outcome: { kind: "broken" } },
    { atMs: 1_010, tookMs: 900, outcome: { kind: "answer", status: 503, id: null, retryAfter: true } },
    { atMs: 2_000, tookMs: 20, outcome: { kind: "answer", status: 202, id: "g1", retryAfter: false } },
    { atMs: 2_100, tookMs: 20, outcome: { kind: "answer", status: 202, id: "g1", retryAfter: false } },
  ],
  sightings: [
    { id: "g1", atMs: 3_000, status: 200, state: "running" },
    { id: "g1", atMs: 6_000, status: 200, state: "succeeded" },
    { id: "g1", atMs: 7_000, status: 503, state: null },
  ],
};
const generation: GenerationRow = {
  id: "g1",
  idempotencyKey: "key-1",
  state: "succeeded",
  finishedAtMs: 5_000,
  attemptCount: 2,
  imageCount: 1,
};
/** Sent, and its process died before it read the answer: the job's id was never learnt. */
const unanswered: AttemptRow = {
  id: "a1",
  generationId: "g1",
  number: 1,
  provider: "comfyui",
  reason: "primary",
  state: "ambiguous",
  jobId: null,
  createdAtMs: 2_050,
};
const second: AttemptRow = {
  ...unanswered,
  id: "a2",
  number: 2,
  reason: "retry",
  state: "succeeded",
  jobId: "job-2",
  createdAtMs: 4_000,
};
const jobs: ProviderJob[] = [
  { jobId: "job-1", provider: "comfyui", prompt: "a fox tag-1 in snow", submittedAtMs: 2_060 },
  { jobId: "job-2", provider: "comfyui", prompt: "a fox tag-1 in snow", submittedAtMs: 4_010 },
];
const key = `objects/ab/ab/${SHA}.png`;

/** A run that kept everything although much went wrong in it. */
function kept(): History {
  return structuredClone({
    clients: [client],
    database: {
      generations: [generation],
      attempts: [unanswered, second],
      terminalEvents: [{ generationId: "g1", kind: "succeeded", atMs: 5_000 }],
      images: [{ generationId: "g1", position: 0, sha256: SHA, location: "disk", objectKey: key }],
      guards: { terminalEventIndex: true, endTrigger: true },
    },
    jobs,
    files: [{ path: key, sha256: SHA }],
    served: [{ generationId: "g1", position: 0, status: 200, sha256: SHA, decodes: true }],
    takeovers: [{ generationId: "g1", killedAtMs: 2_070, tookMs: 8_400, disturbedMs: 0 }],
    numbers: { events: 3, differences: 0, first: null },
    imported: {
      stored: 5,
      afterImport: { events: 13, differences: 0, first: null },
      afterRebuild: { events: 13, differences: 0, first: null },
    },
  } satisfies History);
}

/** A hand-made history: what the run was, with one thing changed. */
type Change = (history: History) => void;
const row = (history: History) => first(history.database.generations);
function first<T>(items: T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error("the history is empty");
  return item;
}

describe("check", () => {
  it("finds nothing where everything was kept", () => {
    expect(check(kept(), LIMITS)).toEqual([]);
  });

  it("is content with a generation whose answer was lost and that nobody asked for again", () => {
    const history = kept();
    first(history.clients).sends = [{ atMs: 1_000, tookMs: 3, outcome: { kind: "broken" } }];
    first(history.clients).sightings = [];
    expect(check(history, LIMITS)).toEqual([]);
  });

  it("excuses a takeover for the time in which nobody could have done it", () => {
    const history = kept();
    Object.assign(first(history.takeovers), { tookMs: 13_000, disturbedMs: 4_000 });
    expect(check(history, LIMITS)).toEqual([]);
    Object.assign(first(history.takeovers), { disturbedMs: 2_000 });
    expect(check(history, LIMITS).map(({ promise }) => promise)).toEqual(["P8"]);
  });

  it("does not count attempts that were not sent among the paid ones", () => {
    const history = kept();
    for (const number of [3, 4, 5])
      history.database.attempts.push({ ...second, id: `a${number}`, number, state: "not_sent", jobId: null });
    expect(check(history, LIMITS)).toEqual([]);
  });

  it("does not judge times where it is told not to", () => {
    const history = kept();
    first(history.takeovers).tookMs = 60_000;
    first(first(history.clients).sends.slice(2)).tookMs = 9_000;
    expect(check(history, { ...LIMITS, takeoverMs: null, acceptMs: null })).toEqual([]);
    expect(check(history, LIMITS).map(({ promise }) => promise)).toEqual(["P8", "P8"]);
  });

  it.each<[string, string, Change]>([
    [
      "P1",
      "an accepted generation without a row",
      (h) => Object.assign(h, { database: { ...h.database, generations: [] } }),
    ],
    ["P1", "one that never ended", (h) => Object.assign(row(h), { state: "running", finishedAtMs: null })],
    [
      "P1",
      "one that was committed, whose answer was lost, and that never ended",
      (h) => {
        h.clients = [];
        h.jobs = [];
        Object.assign(row(h), { state: "queued", finishedAtMs: null });
      },
    ],
    ["P1", "an acceptance without an id", (h) => void addAnswer(h, 202, null)],
    ["P1", "an accepted generation that is not found later", (h) => void addSighting(h, 404, null)],
    [
      "P2",
      "two terminal events",
      (h) => void h.database.terminalEvents.push({ generationId: "g1", kind: "failed", atMs: 5_100 }),
    ],
    ["P2", "a terminal state without its event", (h) => Object.assign(h.database, { terminalEvents: [] })],
    [
      "P2",
      "a state that differs from its event",
      (h) => Object.assign(first(h.database.terminalEvents), { kind: "cancelled" }),
    ],
    ["P2", "an end without a time", (h) => Object.assign(row(h), { finishedAtMs: null })],
    ["P2", "an end that a client saw and that changed", (h) => void addSighting(h, 200, "failed")],
    ["P2", "a generation that came back from its end", (h) => Object.assign(row(h), { state: "running" })],
    [
      "P2",
      "no unique index over terminal events",
      (h) => Object.assign(h.database.guards, { terminalEventIndex: false }),
    ],
    ["P2", "no trigger against a second end", (h) => Object.assign(h.database.guards, { endTrigger: false })],
    ["P3", "two generations in the answers to one key", (h) => void addAnswer(h, 202, "g2")],
    ["P3", "two rows under one key", (h) => void h.database.generations.push({ ...generation, id: "g2" })],
    [
      "P3",
      "one generation given to two keys",
      (h) => void h.clients.push({ ...structuredClone(client), key: "key-2", tag: "tag-2", sightings: [] }),
    ],
    ["P4", "a job without any attempt", (h) => Object.assign(h.database, { attempts: [second] })],
    ["P4", "one job more than attempts", (h) => void h.jobs.push({ ...first(jobs), jobId: "job-3" })],
    [
      "P4",
      "an attempt that was recorded after its job",
      (h) => Object.assign(first(h.database.attempts.slice(1)), { createdAtMs: 4_100 }),
    ],
    [
      "P4",
      "an unknown job older than every attempt",
      (h) => Object.assign(first(h.database.attempts), { createdAtMs: 2_200 }),
    ],
    ["P4", "a job that nobody asked for", (h) => void h.jobs.push({ ...first(jobs), jobId: "job-9", prompt: "a cat" })],
    ["P4", "an attempt that nobody settled", (h) => Object.assign(first(h.database.attempts), { state: "submitted" })],
    [
      "P4",
      "a job whose attempt says that it was not sent",
      (h) => Object.assign(first(h.database.attempts), { state: "not_sent" }),
    ],
    [
      "P4",
      "a job at another provider than its attempt's",
      (h) => Object.assign(first(h.jobs.slice(1)), { provider: "scenario" }),
    ],
    [
      "P5",
      "more attempts than allowed",
      (h) => {
        for (const number of [3, 4])
          h.database.attempts.push({ ...second, id: `a${number}`, number, state: "failed", jobId: `job-x${number}` });
      },
    ],
    [
      "P5",
      "a second attempt without a reason",
      (h) => Object.assign(first(h.database.attempts.slice(1)), { reason: "primary" }),
    ],
    ["P5", "a gap in the numbers", (h) => Object.assign(first(h.database.attempts.slice(1)), { number: 3 })],
    ["P5", "two results paid for", (h) => Object.assign(first(h.database.attempts), { state: "succeeded" })],
    ["P6", "a success without a picture", (h) => Object.assign(h.database, { images: [] })],
    ["P6", "a picture that is not on the disk", (h) => Object.assign(h, { files: [] })],
    ["P6", "a picture that is not served", (h) => Object.assign(first(h.served), { status: 404, sha256: null })],
    ["P6", "other bytes than were recorded", (h) => Object.assign(first(h.served), { sha256: "cd".repeat(32) })],
    ["P6", "bytes that do not decode", (h) => Object.assign(first(h.served), { decodes: false })],
    ["P6", "a picture that nobody fetched", (h) => Object.assign(h, { served: [] })],
    ["P6", "a file whose name is not its hash", (h) => void h.files.push({ path: "objects/cd/cd.png", sha256: SHA })],
    [
      "P6",
      "a failed generation with pictures",
      (h) => {
        row(h).state = "failed";
        first(h.database.terminalEvents).kind = "failed";
        first(h.clients).sightings = [];
      },
    ],
    ["P8", "a takeover that came too late", (h) => Object.assign(first(h.takeovers), { tookMs: 10_001 })],
    ["P8", "a takeover that never came", (h) => Object.assign(first(h.takeovers), { tookMs: null })],
    [
      "P8",
      "a request that hung",
      (h) => void first(h.clients).sends.push({ atMs: 9_000, tookMs: 15_000, outcome: { kind: "hung" } }),
    ],
    ["P8", "an answer of 500", (h) => void addAnswer(h, 500, null)],
    ["P8", "a 503 without Retry-After", (h) => void addAnswer(h, 503, null)],
    ["P8", "an answer after three seconds", addSlowAnswer],
    ["P9", "numbers of nothing", (h) => Object.assign(h.numbers, { events: 0 })],
    ["P9", "an import that was not counted", (h) => Object.assign(h.imported?.afterImport ?? {}, { events: 4 })],
    [
      "P9",
      "a rebuild that makes a sum wrong",
      (h) =>
        Object.assign(h.imported?.afterRebuild ?? {}, {
          differences: 1,
          first: { where: "a day", what: "images", rows: 5, rollups: 6 },
        }),
    ],
    [
      "P9",
      "a sum that the rows do not give",
      (h) =>
        Object.assign(h.numbers, {
          differences: 1,
          first: { where: "a day", what: "costMicros", rows: 5, rollups: 4 },
        }),
    ],
  ])("reports %s for %s", (promise, _name, change) => {
    const history = kept();
    change(history);
    const found = check(history, LIMITS);
    expect(found.map((broken) => broken.promise)).toContain(promise);
    expect(found.every((broken) => broken.what.length > 10)).toBe(true);
  });
});

function addAnswer(history: History, status: number, id: string | null): void {
  first(history.clients).sends.push({
    atMs: 8_000,
    tookMs: 20,
    outcome: { kind: "answer", status, id, retryAfter: false },
  });
}
function addSlowAnswer(history: History): void {
  first(history.clients).sends.push({
    atMs: 8_000,
    tookMs: 3_000,
    outcome: { kind: "answer", status: 202, id: "g1", retryAfter: false },
  });
}
function addSighting(history: History, status: number, state: GenerationRow["state"] | null): void {
  first(history.clients).sightings.push({ id: "g1", atMs: 8_000, status, state });
}
