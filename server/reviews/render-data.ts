import { COST_PARTS } from "@/server/domain/costs/accounts";
import type { BilledDay } from "@/server/domain/costs/bill";
import type { UsedDay } from "@/server/domain/costs/usage";
import { dollarsOf, type Micros } from "@/server/domain/money";
import type { Day } from "@/server/domain/time-zone";
import { CANDIDATE, CONTROL, PROVIDER_IDS } from "@/server/domain/vocabulary";
import type { Review } from "./types";

const iso = (atMs: number) => new Date(atMs).toISOString();
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** Unknown is an empty cell, never 0. */
const dollars = (micros: Micros | null) => (micros === null ? "" : dollarsOf(micros));

/**
 * One line a day and provider, in exact dollars: the lines of a column add up to the page's total to the micro-dollar.
 * Times are ISO 8601 in UTC. Nothing in it comes from a person, so no cell can be a formula.
 */
export function renderCsv({ environment, week, timeZone, costs }: Review): string {
  const head = [
    "environment",
    "week",
    "time_zone",
    "date",
    "from",
    "to",
    "provider",
    "generations",
    "images",
    "cold_starts",
    ...COST_PARTS.map((part) => `${snake(part)}_usd`),
    "total_usd",
    "scenario_alone_usd",
    // RunPod's bill of the day's hours that are told, of all environments on the endpoint.
    "runpod_billed_usd",
    "runpod_explained_usd",
    "capture_rate",
    // Scenario's usage of the UTC day that begins in this one, of all environments on the account; empty where it is not told.
    "scenario_used_units",
    "scenario_used_usd",
    "scenario_explained_usd",
    "scenario_difference_usd",
  ];
  const lines = costs.days.flatMap((day, index) =>
    PROVIDER_IDS.map((provider) => {
      const bill = provider === CANDIDATE ? costs.bill?.days[index] : undefined;
      const used = provider === CONTROL ? costs.usage?.days.filter(beginsIn(day)) : undefined;
      const side = day.summary.providers[provider];
      return [
        environment,
        week,
        timeZone,
        day.date,
        iso(day.fromMs),
        iso(day.toMs),
        provider,
        side.generations,
        side.images,
        side.coldStarts,
        ...COST_PARTS.map((part) => dollars(side.parts[part])),
        dollars(side.costMicros),
        dollars(side.baselineMicros),
        ...billCells(bill),
        ...usageCells(used),
      ];
    }),
  );
  return [head, ...lines].map((cells) => `${cells.join(",")}\r\n`).join("");
}

function billCells(bill: BilledDay | undefined): string[] {
  if (bill === undefined || bill.billedMicros === null) return ["", "", ""];
  const { billedMicros, explainedMicros } = bill;
  const rate = billedMicros > 0 ? (explainedMicros / billedMicros).toFixed(6) : "";
  return [dollars(billedMicros), dollars(explainedMicros), rate];
}

const beginsIn =
  ({ fromMs, toMs }: Day) =>
  ({ dayMs }: UsedDay) =>
    dayMs >= fromMs && dayMs < toMs;

/** Mostly of one UTC day; of none or two where the zone's clock is changed at that hour. */
function usageCells(days: UsedDay[] = []): string[] {
  const sum = (of: (day: UsedDay) => number | null) => {
    const known = days.map(of).filter((value) => value !== null);
    return days.length === 0 || known.length < days.length ? null : known.reduce((all, value) => all + value, 0);
  };
  const units = sum((day) => day.units);
  return [
    units === null ? "" : String(units),
    dollars(sum(({ usedMicros }) => usedMicros)),
    dollars(sum(({ explainedMicros }) => explainedMicros)),
    dollars(sum(({ differenceMicros }) => differenceMicros)),
  ];
}

/** The whole review; money in integer micro-dollars, unknown is null. */
export function renderJson(review: Review): string {
  const { costs, ...rest } = review;
  return `${JSON.stringify({ ...rest, from: iso(costs.fromMs), to: iso(costs.toMs), costs }, null, 2)}\n`;
}
