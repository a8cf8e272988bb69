import { expect, it } from "vitest";
import { evidenceWords, timelineOf } from "./incident-words";

const NARROW = "\u202f";

it.each([
  ["provider_set", { revision: 7 }, "Revision 7"],
  [
    "control_verified",
    { ok: true, roundTripMs: 212, problem: null, checkedWhat: "a dry run" },
    `a dry run, answered in 212${NARROW}ms`,
  ],
  ["control_verified", { ok: false, roundTripMs: null, problem: "answered 401" }, "Scenario answered 401"],
  ["error_rate_back", { n: 0, errorRate: null, target: 0.02, windowS: 60 }, "No requests yet"],
  [
    "error_rate_back",
    { n: 40, errorRate: 0.05, target: 0.02, windowS: 60 },
    "5.0% of 40 over the last 60 s, target below 2.0%",
  ],
  [
    "error_rate_back",
    { n: 40, errorRate: 0, target: 0.02, windowS: null, tookMs: 90_000 },
    `0% of 40 since the rollback, target below 2.0%; back after 1${NARROW}min 30${NARROW}s`,
  ],
  ["root_cause", { rootCause: "the model file was gone" }, "the model file was gone"],
] as const)("says what is known of %s", (item, evidence, words) =>
  expect(evidenceWords({ item, evidence })).toBe(words),
);

it("tells what happened in the order of time, with what ticked itself", () => {
  const entry = { via: "console", actor: "ana", reason: null };
  const points = timelineOf({
    timeline: [
      { ...entry, seq: 1, atMs: 1_000, action: "rollout.rolled_back", after: { candidateShareBp: 0 } },
      {
        ...entry,
        seq: 2,
        atMs: 9_000,
        action: "incident.in_flight_chosen",
        after: { inFlightChoice: "cancel_and_resend", resent: 3 },
      },
    ],
    items: [
      {
        item: "control_verified",
        done: true,
        doneAtMs: 5_000,
        doneBy: "Switchyard",
        evidence: { ok: true, roundTripMs: 9 },
      },
      { item: "error_rate_back", done: false, doneAtMs: null, doneBy: null, evidence: null },
    ],
  });
  expect(points.map((point) => point.title)).toEqual([
    "Rolled back to 0%",
    "Scenario credentials verified by a live call",
    "Jobs in flight: cancel and resend (3)",
  ]);
});
