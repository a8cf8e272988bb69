import type { Stopwatch } from "@/db/queries/rollout-history";
import { actorWords as nameWords } from "@/server/domain/actor-words";
import type { GateResult } from "@/server/domain/gates";
import type { Verdict } from "@/server/domain/statistics/verdict";
import { countWords, percentWords, pointsWords, spanWords } from "@/server/domain/statistics/words";
import { CANDIDATE, CONTROL, PROVIDER_NAMES, type RevisionSource } from "@/server/domain/vocabulary";
import type { Estimate, WhatIf } from "@/server/domain/what-if";
import { milliseconds, money, NOTHING, pairs, table } from "./format";

/** Terminals and `cut` know the common space only. */
export const plain = (text: string) => text.replaceAll("\u202f", " ");

/** How a rollback went, in one line. */
export function stopwatchWords(stopwatch: Stopwatch): string {
  const { committedMs, inFlight, inFlightEnded, leaked } = stopwatch;
  const closed = committedMs === null ? "closed" : `closed in ${milliseconds(committedMs)}`;
  const there = inFlight === 0 ? "nothing in flight" : `${inFlight} in flight, ${inFlightEnded} of them ended since`;
  return `${closed}; ${there}; ${leaked} leaked`;
}

export function actorWords(by: { actor: string; source: RevisionSource }): string {
  return `${nameWords(by.actor)} (${by.source})`;
}

const VERDICT_WORDS: Record<Verdict["kind"], string> = {
  proved_good: "proved good",
  proved_bad: "PROVED BAD",
  not_proved_yet: "not proved yet",
  no_data: "no data",
};

export function gateLines(gates: readonly GateResult[]): string[] {
  const rows = gates.map(({ title, green, verdict }) => [
    green ? "green" : "red",
    plain(title),
    VERDICT_WORDS[verdict.kind],
    measured(verdict, verdict.value),
    verdict.n === 0 ? NOTHING : countWords(verdict.n),
    intervalOf(verdict),
    plain(verdict.words),
  ]);
  return table(["", "gate", "verdict", "value", "n", "interval", "why"], rows, new Set(["value", "n"]));
}

function measured({ unit }: Verdict, value: number | null): string {
  if (value === null) return NOTHING;
  if (unit === "rate") return percentWords(value);
  if (unit === "points") return plain(pointsWords(value));
  if (unit === "ms") return milliseconds(value);
  return unit === "fact" ? (value === 1 ? "yes" : "no") : countWords(value);
}

function intervalOf(verdict: Verdict): string {
  const { interval } = verdict;
  return interval === null ? NOTHING : `${measured(verdict, interval.low)} to ${measured(verdict, interval.high)}`;
}

/** What a share would mean, before it is made. Every number is an estimate and says on what, or why there is none. */
export function whatIfLines(expected: WhatIf): string[] {
  const { base, requestsPerDay } = expected;
  if (base.n.scenario + base.n.comfyui === 0) return ["est.: no generations in the last days to estimate from"];
  const requests = [CANDIDATE, CONTROL].map(
    (id) => `${estimated(requestsPerDay[id], countWords, " a day")} at ${PROVIDER_NAMES[id]}`,
  );
  const from = `${countWords(base.n.scenario)} generations at Scenario, ${countWords(base.n.comfyui)} at ComfyUI`;
  return [
    `est. from the last ${spanWords(base.toMs - base.fromMs)} (${from}):`,
    ...pairs(
      [
        ["requests", requests.join(", ")],
        ["cost", estimated(expected.costPerDayMicros, money, " a day")],
        ["saving", estimated(expected.savingPerDayMicros, money, " a day")],
        ["cold starts", estimated(expected.coldStartsPerDay, countWords, " a day")],
        ["p95 latency", estimated(expected.latencyMsP95, milliseconds, "")],
      ],
      "  ",
    ),
  ];
}

function estimated({ value, missing }: Estimate, words: (value: number) => string, per: string): string {
  return value === null ? `not known: ${missing}` : `${words(value)}${per}`;
}
