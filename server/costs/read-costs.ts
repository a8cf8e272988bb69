import type { Database } from "@/db/client";
import { newestBilling } from "@/db/queries/billing";
import { deliveredBySpan, type LedgerRow, ledgerBySpan, type UnknownRow, unknownBySpan } from "@/db/queries/costs";
import { accountOf } from "@/server/domain/costs/accounts";
import { type BridgeStep, bridgeOf } from "@/server/domain/costs/bridge";
import type { StorageFacts } from "@/server/domain/costs/bucket-cost";
import { addFigures, type CostSummary, type Figures, noFigures, summarize } from "@/server/domain/costs/figures";
import { compareWithPlan, type PlanComparison, type Savings, savingsOf } from "@/server/domain/costs/savings";
import { costSentence, type MissingPrice, planSentence } from "@/server/domain/costs/sentences";
import type { Day } from "@/server/domain/time-zone";
import { missingPrices } from "./missing-prices";
import { readStorage } from "./read-storage";

const HOUR_MS = 3_600_000;

export interface CostsQuery {
  environment: string;
  timeZone: string;
  /** How the sentence begins: "Week 47". */
  name: string;
  days: readonly Day[];
  /** The GPU type that the environment's endpoint is priced by: what is missing is named by it. */
  gpuType: string;
  /** Where pictures are kept now. */
  storagePlace: StorageFacts["place"];
  /** The environment that the endpoint's bill is kept with; its own unless it shares the endpoint. */
  billedWith: string;
}

export interface DayCosts extends Day {
  isRunning: boolean;
  summary: CostSummary;
  savings: Savings | null;
}

/** Money of a span of days; every total is the sum of the days, and of the parts, to the micro. */
export interface Costs {
  environment: string;
  timeZone: string;
  name: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** It has not ended yet: everything is "so far". */
  isRunning: boolean;
  days: DayCosts[];
  summary: CostSummary;
  savings: Savings | null;
  plan: PlanComparison;
  bridge: BridgeStep[] | null;
  missing: MissingPrice[];
  /** Of weeks signed before it was told: none. */
  storage?: StorageFacts;
  sentence: string;
  planSentence: string;
}

export async function readCosts(db: Database, query: CostsQuery, nowMs: number): Promise<Costs> {
  const spans = { environment: query.environment, spans: query.days };
  // One snapshot: a generation that ends meanwhile is in all three or in none.
  const window = { fromMs: query.days[0]?.fromMs ?? 0, toMs: query.days.at(-1)?.toMs ?? 0 };
  const [delivered, ledger, unknown, billed, storage] = await db.transaction(
    async (tx) =>
      [
        await deliveredBySpan(tx, spans),
        await ledgerBySpan(tx, spans),
        await unknownBySpan(tx, spans),
        await newestBilling(tx, { environment: query.billedWith, account: null, ...window }),
        await readStorage(tx, { environment: query.environment, ...window }),
      ] as const,
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  const figures = query.days.map(() => noFigures());
  for (const { span, provider, ...row } of delivered) Object.assign(at(figures, span)[provider], row);
  for (const row of ledger) addLine(at(figures, row.span), row);
  for (const row of unknown) if (row.of === "cost") at(figures, row.span)[row.provider].costUnknown += row.count;
  for (const { atMs, provider } of storage.unpriced) {
    const day = query.days.findIndex(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
    if (day >= 0) at(figures, day)[provider].costUnknown += 1;
  }
  const hours = new Set(billed.map(({ hourMs }) => hourMs));
  query.days.forEach((day, index) => {
    // The candidate's bill is in the ledger, so that nothing of the day is an estimate any more.
    if (isBilled(day, hours)) at(figures, index).comfyui.estimated = noFigures().comfyui.estimated;
  });
  return toCosts(query, figures, { unknown, storage }, nowMs);
}

function isBilled(day: Day, hours: ReadonlySet<number>): boolean {
  for (let hourMs = Math.ceil(day.fromMs / HOUR_MS) * HOUR_MS; hourMs < day.toMs; hourMs += HOUR_MS)
    if (!hours.has(hourMs)) return false;
  return true;
}

function at(figures: readonly Figures[], span: number): Figures {
  const found = figures[span];
  if (found === undefined) throw new RangeError(`the database answered with a span ${span} that was not asked for`);
  return found;
}

function addLine(figures: Figures, { provider, kind, purpose, costMicros }: LedgerRow): void {
  const account = accountOf(kind, purpose);
  figures[provider].accounts[account] += costMicros;
  if (kind === "idle_tail" || kind === "reserved") figures[provider].estimated[account] += costMicros;
}

interface Apart {
  unknown: readonly UnknownRow[];
  storage: Awaited<ReturnType<typeof readStorage>>;
}

function toCosts(query: CostsQuery, figures: Figures[], { unknown, storage }: Apart, nowMs: number): Costs {
  const days = query.days.map((day, index): DayCosts => {
    const summary = summarize(at(figures, index));
    return { ...day, isRunning: day.fromMs <= nowMs && nowMs < day.toMs, summary, savings: savingsOf(summary) };
  });
  const summary = summarize(addFigures(figures));
  const savings = savingsOf(summary);
  const plan = compareWithPlan(summary, savings);
  const missing = missingPrices(query, unknown, storage.unpriced);
  const toMs = query.days.at(-1)?.toMs ?? 0;
  return {
    environment: query.environment,
    timeZone: query.timeZone,
    name: query.name,
    fromMs: query.days[0]?.fromMs ?? 0,
    toMs,
    isRunning: nowMs < toMs,
    days,
    summary,
    savings,
    plan,
    bridge: bridgeOf(summary),
    missing,
    storage: { place: query.storagePlace, ...storage.booked },
    sentence: costSentence(query.name, summary, savings, missing),
    planSentence: planSentence(plan, savings),
  };
}
