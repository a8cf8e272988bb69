import { formatCountFull, formatLatency, formatMoney, formatRate, formatTotal, UNKNOWN } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import type { StatusState } from "@/components/ui/status";
import { CANDIDATE, CONTROL, PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";

export type Overview = RouterOutputs["overview"]["get"];
export type ProviderNumbers = Overview["providers"][number];

export interface Tile {
  key: "success" | "p95" | "cold" | "cost" | "savings";
  label: string;
  /** The query of Generations that shows what is behind the number. */
  query: string;
  state: StatusState;
  /** Null: too few or nothing; `note` says which. */
  value: string | null;
  unit: string | null;
  note: string;
  n: number;
}

/** The plan's targets and alert lines. */
const SUCCESS_TARGET = 0.98;
const SUCCESS_ALERT = 0.95;
const P95_TARGET_MS = 10_000;
const P95_ALERT_MS = 15_000;
/** Below this a rate or a percentile says more about chance than about a provider. */
const ENOUGH = 20;

export function tilesOf(overview: Overview, previous: Overview | undefined): Tile[] {
  return [
    successTile(overview),
    p95Tile(overview),
    coldTile(overview, previous),
    costTile(overview),
    savingsTile(overview),
  ];
}

function numbersOf(overview: Overview, provider: ProviderId): ProviderNumbers | undefined {
  return overview.providers.find((entry) => entry.provider === provider);
}

function sum(overview: Overview, pick: (numbers: ProviderNumbers) => number): number {
  return overview.providers.reduce((total, numbers) => total + pick(numbers), 0);
}

/** What stands in place of a number that would be chance: nothing at all, or too little. */
function tooFew(n: number): Pick<Tile, "value" | "unit" | "state"> & { few: string } {
  return { value: null, unit: null, state: "unknown", few: n === 0 ? "nothing yet" : `n = ${n}, too few` };
}

function successTile(overview: Overview): Tile {
  const succeeded = sum(overview, (numbers) => numbers.succeeded);
  const n = succeeded + sum(overview, (numbers) => numbers.failed);
  const base = { key: "success" as const, label: "Success rate", query: "state=failed", n };
  if (n < ENOUGH) {
    const { few, ...rest } = tooFew(n);
    return { ...base, ...rest, note: few };
  }
  const rate = succeeded / n;
  const state = rate > SUCCESS_TARGET ? "ok" : rate < SUCCESS_ALERT ? "breach" : "watch";
  return { ...base, state, ...split(formatRate(rate)), note: "target > 98%" };
}

function p95Tile(overview: Overview): Tile {
  const warm = numbersOf(overview, CANDIDATE)?.latencyWarm;
  const n = warm?.n ?? 0;
  const base = {
    key: "p95" as const,
    label: "p95, warm",
    query: `provider=${CANDIDATE}&temp=warm&state=succeeded`,
    n,
  };
  const p95 = warm?.latencyMsP95 ?? null;
  if (n < ENOUGH || p95 === null) {
    const { few, ...rest } = tooFew(n);
    return { ...base, ...rest, note: few };
  }
  const state = p95 < P95_TARGET_MS ? "ok" : p95 > P95_ALERT_MS ? "breach" : "watch";
  return { ...base, state, ...split(formatLatency(p95)), note: `${PROVIDER_NAMES[CANDIDATE]}, target < 10 s` };
}

function coldShare(numbers: ProviderNumbers | undefined): number | null {
  return numbers && numbers.coldKnown >= ENOUGH ? numbers.coldCount / numbers.coldKnown : null;
}

function coldTile(overview: Overview, previous: Overview | undefined): Tile {
  const numbers = numbersOf(overview, CANDIDATE);
  const n = numbers?.coldKnown ?? 0;
  const base = { key: "cold" as const, label: "Cold starts", query: `provider=${CANDIDATE}&temp=cold`, n };
  const share = coldShare(numbers);
  if (share === null) {
    const { few, ...rest } = tooFew(n);
    return { ...base, ...rest, note: few };
  }
  const before = previous ? coldShare(numbersOf(previous, CANDIDATE)) : null;
  const state = before !== null && share > before ? "watch" : "ok";
  const note =
    before === null
      ? `${formatCountFull(numbers?.coldCount ?? 0)} of ${formatCountFull(n)}`
      : `before ${formatRate(before)}`;
  return { ...base, state, ...split(formatRate(share)), note };
}

/** What a picture costs: all that the provider cost, failures included, over the pictures that came of it. */
function unitCost(numbers: ProviderNumbers | undefined): number | null {
  return numbers && numbers.succeeded > 0 && numbers.priced > 0
    ? Math.round(numbers.costMicros / numbers.succeeded)
    : null;
}

function costTile(overview: Overview): Tile {
  const candidate = numbersOf(overview, CANDIDATE);
  const own = unitCost(candidate);
  const beside = unitCost(numbersOf(overview, CONTROL));
  const n = candidate?.succeeded ?? 0;
  const base = { key: "cost" as const, label: `Cost, ${PROVIDER_NAMES[CANDIDATE]}`, query: `provider=${CANDIDATE}`, n };
  const note = `${PROVIDER_NAMES[CONTROL]} ${beside === null ? UNKNOWN : formatMoney(beside)}, est.`;
  if (own === null) return { ...base, state: "unknown", value: null, unit: null, note: "nothing yet" };
  const state = beside !== null && own > beside ? "watch" : "ok";
  return { ...base, state, value: formatMoney(own), unit: " / image", note };
}

function savingsTile(overview: Overview): Tile {
  const n = sum(overview, (numbers) => numbers.priced);
  const base = { key: "savings" as const, label: "Saved", query: "state=succeeded", n };
  if (n === 0) return { ...base, state: "unknown", value: null, unit: null, note: "nothing yet" };
  const saved = sum(overview, (numbers) => numbers.savingsMicros);
  const baseline = sum(overview, (numbers) => numbers.baselineMicros);
  return {
    ...base,
    state: saved < 0 ? "breach" : "ok",
    value: formatTotal(saved),
    unit: null,
    note: `of ${formatTotal(baseline)} baseline, est.`,
  };
}

/** `98.7%` as its number and its unit, which stands smaller. */
function split(text: string): { value: string; unit: string } {
  const at = text.search(/[%\u202f]/);
  return at === -1 ? { value: text, unit: "" } : { value: text.slice(0, at), unit: text.slice(at) };
}
