import { expect, it } from "vitest";
import { blockedBecause } from "./blocked-because";
import { momentWords, stopwatchWords } from "./stopwatch-words";

const NARROW = "\u202f";
const watch = { committedMs: 38, lastOldMs: null, firstNewMs: null, inFlight: 0, inFlightEnded: 0, leaked: 0 };

it.each([
  [{}, `closed in 38${NARROW}ms; none in flight; 0 leaked`],
  [{ inFlight: 3 }, `closed in 38${NARROW}ms; 3 in flight finish there; 0 leaked`],
  [{ inFlight: 3, inFlightEnded: 1 }, `closed in 38${NARROW}ms; 2 of 3 in flight finish there; 0 leaked`],
  [{ inFlight: 3, inFlightEnded: 3 }, `closed in 38${NARROW}ms; 3 in flight finished there; 0 leaked`],
  [{ committedMs: 1_240, leaked: 2 }, `closed in 1.2${NARROW}s; none in flight; 2 leaked`],
])("says how a rollback went: %j", (change, words) => expect(stopwatchWords({ ...watch, ...change })).toBe(words));

it.each([
  [null, "none seen"],
  [-1_500, `1.5${NARROW}s before the press`],
  [120, `120${NARROW}ms after the press`],
])("places %s on the stopwatch", (ms, words) => expect(momentWords(ms)).toBe(words));

const status = {
  control: "scenario" as const,
  missing: { scenario: [], comfyui: [] },
  mayOperate: true,
  revision: { candidateShareBp: 1_000 },
};

it.each([
  [{}, null],
  [{ missing: { comfyui: ["RUNPOD_API_KEY"] } }, null],
  [{ missing: { scenario: ["SCENARIO_API_KEY"] } }, "Scenario is not configured: SCENARIO_API_KEY is missing"],
  [{ missing: { scenario: ["A", "B"] } }, "Scenario is not configured: A and B are missing"],
  [{ revision: { candidateShareBp: 0 } }, "Scenario already serves all traffic"],
  [{ mayOperate: false }, "Needs the operator role"],
])("a rollback is blocked in three cases only: %j", (change, reason) =>
  expect(blockedBecause({ ...status, ...change })).toBe(reason),
);

it("an unknown state blocks nothing: the server decides", () => expect(blockedBecause(undefined)).toBeNull());
