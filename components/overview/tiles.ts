import { formatCountFull, formatLatency, formatMoney, formatRate, formatTotal, UNKNOWN } from "@/components/format";
import type { StatusState } from "@/components/ui/status";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ENOUGH, type SeriesAnswer, type SeriesPoint, type TotalsAnswer } from "./overview-rows";

export type Totals = Pick<TotalsAnswer, "current" | "previous" | "coldTrend">;

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
  /** Against the time before: `−0.2 pp, worse`. Null where that time has too little. */
  change: string | null;
  n: number;
  /** One value a bucket for the small line, and where its target lies. */
  spark: (number | null)[];
  target: number | null;
}

/** The plan's targets and alert lines. */
const SUCCESS_TARGET = 0.98;
const SUCCESS_ALERT = 0.95;
const P95_TARGET_MS = 10_000;
const P95_ALERT_MS = 15_000;

/** `compare`: say how each number stands against the time before. `series`: for the small lines, when it is there. */
export function tilesOf(totals: Totals, series: SeriesAnswer | undefined, compare: boolean): Tile[] {
  const tiles = [successTile(totals), p95Tile(totals), coldTile(totals), costTile(totals), savingsTile(totals)];
  return tiles.map((tile) => ({
    ...tile,
    change: compare ? tile.change : null,
    spark: (series?.buckets ?? []).map((bucket) => SPARKS[tile.key](bucket.scenario, bucket.comfyui)),
  }));
}

type Bare = Omit<Tile, "spark">;
type MaybePoint = SeriesPoint | null;

const SPARKS: Record<Tile["key"], (scenario: MaybePoint, comfyui: MaybePoint) => number | null> = {
  success: (scenario, comfyui) => {
    const succeeded = (scenario?.succeeded ?? 0) + (comfyui?.succeeded ?? 0);
    const n = succeeded + (scenario?.failed ?? 0) + (comfyui?.failed ?? 0);
    return n > 0 ? succeeded / n : null;
  },
  p95: (_scenario, comfyui) => comfyui?.latencyWarm.msP95 ?? null,
  cold: (_scenario, comfyui) => comfyui?.coldShare ?? null,
  cost: (_scenario, comfyui) => comfyui?.costPerSuccessMicros ?? null,
  savings: (_scenario, comfyui) => comfyui?.savingsMicros ?? null,
};

/** What stands in place of a number that would be chance: nothing at all, or too little. */
function tooFew(n: number): Pick<Tile, "value" | "unit" | "state" | "note" | "change"> {
  return {
    value: null,
    unit: null,
    state: "unknown",
    note: n === 0 ? "nothing yet" : `n = ${n}, too few`,
    change: null,
  };
}

const MINUS = "\u2212";
function signed(value: number, words: string): string {
  return `${value < 0 ? MINUS : "+"}${words}`;
}

/** `−0.2 pp, worse`: true minus, and the word, since an arrow alone says nothing of good and bad. */
function pointsChange(now: number, before: number | null, better: "higher" | "lower"): string | null {
  if (before === null) return null;
  const points = (now - before) * 100;
  const text = Math.abs(points).toFixed(1);
  if (text === "0.0") return "unchanged";
  return `${signed(points, `${text} pp`)}, ${points > 0 === (better === "higher") ? "better" : "worse"}`;
}

function relativeChange(now: number, before: number | null): string | null {
  if (before === null || before === 0) return null;
  const percent = Math.round((now / before - 1) * 100);
  if (percent === 0) return "unchanged";
  return `${signed(percent, `${Math.abs(percent)}%`)}, ${percent < 0 ? "better" : "worse"}`;
}

const rateOf = ({ succeeded, failed, successRate }: SeriesPoint) => (succeeded + failed >= ENOUGH ? successRate : null);

function successTile({ current, previous }: Totals): Bare {
  const n = current.all.succeeded + current.all.failed;
  const base = { key: "success" as const, label: "Success rate", query: "state=failed", n, target: SUCCESS_TARGET };
  const rate = rateOf(current.all);
  if (rate === null) return { ...base, ...tooFew(n) };
  const state = rate > SUCCESS_TARGET ? "ok" : rate < SUCCESS_ALERT ? "breach" : "watch";
  const change = pointsChange(rate, rateOf(previous.all), "higher");
  return { ...base, state, ...split(formatRate(rate)), note: "target > 98%", change };
}

function p95Tile({ current, previous }: Totals): Bare {
  const { n, msP95 } = current.comfyui.latencyWarm;
  const base = {
    key: "p95" as const,
    label: "p95, warm",
    query: `provider=${CANDIDATE}&temp=warm&state=succeeded`,
    n,
    target: P95_TARGET_MS,
  };
  if (n < ENOUGH || msP95 === null) return { ...base, ...tooFew(n) };
  const state = msP95 < P95_TARGET_MS ? "ok" : msP95 > P95_ALERT_MS ? "breach" : "watch";
  const before = previous.comfyui.latencyWarm;
  const change = relativeChange(msP95, before.n >= ENOUGH ? before.msP95 : null);
  return { ...base, state, ...split(formatLatency(msP95)), note: "target < 10 s", change };
}

const TREND_WORDS = { falling: "falling", steady: "steady", rising: "rising", too_little_data: "too little data" };

function coldTile({ current, previous, coldTrend }: Totals): Bare {
  const { coldShare, coldKnown: n } = current.comfyui;
  const base = {
    key: "cold" as const,
    label: "Cold starts",
    query: `provider=${CANDIDATE}&temp=cold`,
    n,
    target: null,
  };
  if (n < ENOUGH || coldShare === null) return { ...base, ...tooFew(n) };
  const before = previous.comfyui.coldKnown >= ENOUGH ? previous.comfyui.coldShare : null;
  const state = before !== null && coldShare > before ? "watch" : "ok";
  const change = pointsChange(coldShare, before, "lower");
  return { ...base, state, ...split(formatRate(coldShare)), note: `trend: ${TREND_WORDS[coldTrend.trend]}`, change };
}

function costTile({ current, previous }: Totals): Bare {
  const { costPerSuccessMicros: own, succeeded: n } = current.comfyui;
  const beside = current.scenario.costPerSuccessMicros;
  const base = {
    key: "cost" as const,
    label: `Cost, ${PROVIDER_NAMES[CANDIDATE]}`,
    query: `provider=${CANDIDATE}`,
    n,
    target: beside,
  };
  const note = `${PROVIDER_NAMES[CONTROL]} ${beside === null ? UNKNOWN : formatMoney(beside)}, est.`;
  if (own === null) return { ...base, ...tooFew(0) };
  const state = beside !== null && own > beside ? "watch" : "ok";
  const change = relativeChange(own, previous.comfyui.costPerSuccessMicros);
  return { ...base, state, value: formatMoney(own), unit: " / image", note, change };
}

function savingsTile({ current }: Totals): Bare {
  // Scenario's own pictures cost what they cost either way, whatever it bills beside its list price.
  const { comparable: n, savingsMicros, baselineMicros } = current.comfyui;
  const base = { key: "savings" as const, label: "Saved", query: "state=succeeded", n, target: 0 };
  if (n === 0)
    return { ...base, ...tooFew(0), ...(current.all.comparable > 0 ? { note: "no image was migrated" } : {}) };
  const change = baselineMicros > 0 ? formatRate(Math.max(-10, savingsMicros / baselineMicros)) : null;
  return {
    ...base,
    state: savingsMicros < 0 ? "breach" : "ok",
    value: formatTotal(savingsMicros),
    unit: null,
    note: `of ${formatTotal(baselineMicros)} for migrated images, est.`,
    change,
  };
}

/** `98.7%` as its number and its unit, which stands smaller. */
function split(text: string): { value: string; unit: string } {
  const at = text.search(/[%\u202f]/);
  return at === -1 ? { value: text, unit: "" } : { value: text.slice(0, at), unit: text.slice(at) };
}

export const nWords = (n: number): string => `n = ${formatCountFull(n)}`;
