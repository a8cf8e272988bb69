import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import {
  EVENT_COLUMNS,
  type EventRow,
  type EventSpan,
  eventsFromRows,
  toMetricEvent,
} from "@/db/queries/metric-events";
import { readPendingEvents, readRollups } from "@/db/queries/rollups";
import { TIERS } from "@/server/domain/metrics/buckets";
import {
  COUNTERS,
  type FailuresByMode,
  type Measures,
  MeasuresBuilder,
  NO_MEASURES,
  SERIES,
} from "@/server/domain/metrics/measures";
import { firstDifference } from "@/server/domain/sketch/sketch";
import { addCells, type Cell, keyOf, toCells } from "./cells";
import { compareQuantiles, RELATIVE_ERROR_MAX } from "./compare-quantiles";

const DAY_MS = 86_400_000;

export interface Difference {
  /** Which roll-up: `sandbox 2026-11-25T10:00:00.000Z 1 h comfyui callers`. */
  where: string;
  what: string;
  rows: number | null;
  rollups: number | null;
}

export interface VerifyReport {
  environment: string;
  /** Ended generations and attempts that were compared. */
  events: number;
  days: number;
  rollups: number;
  quantiles: number;
  /** The largest relative error of a quantile against the exact one. */
  worstError: number;
  differences: number;
  /** The first of them, in the order of time. */
  first: Difference | null;
}

/**
 * Compares every count, sum and distribution of the roll-ups, with what is still in the outbox, with the rows that they
 * are of, and quantiles of each day with the exact ones. Each day is read on one snapshot, so traffic may go on.
 */
export async function verifyRollups(
  db: Database,
  options: { environment: string; nowMs: number; onDay?: (day: string) => void },
): Promise<VerifyReport> {
  const { environment, nowMs } = options;
  const report: VerifyReport = {
    environment,
    events: 0,
    days: 0,
    rollups: 0,
    quantiles: 0,
    worstError: 0,
    differences: 0,
    first: null,
  };
  const { rows } = await db.execute<{ day: number }>(
    sql`select distinct (extract(epoch from day) / 86400)::int as day from (
        select date_trunc('day', created_at, 'UTC') as day from generations where environment = ${environment}
        union all select date_trunc('day', start_at, 'UTC') from rollups where environment = ${environment}
        union all select date_trunc('day', bucket_at, 'UTC') from rollup_outbox where environment = ${environment}) days order by 1`,
  );
  for (const { day } of rows) {
    const span = { environment, fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS };
    options.onDay?.(new Date(span.fromMs).toISOString().slice(0, 10));
    report.days += 1;
    await verifyDay(db, span, nowMs, report);
  }
  return report;
}

async function verifyDay(db: Database, span: EventSpan, nowMs: number, report: VerifyReport): Promise<void> {
  const { events, pending, stored } = await db.transaction(
    async (tx) => {
      const { rows } = await tx.execute<EventRow>(sql`select ${EVENT_COLUMNS} from (${eventsFromRows(span)}) events`);
      const stored = new Map<string, Cell>();
      for (const { widthMs } of TIERS) {
        for (const isTotal of [true, false]) {
          for (const { measures, ...where } of await readRollups(tx, {
            environment: span.environment,
            ranges: [{ ...span, widthMs }],
            isTotal,
          })) {
            const place = { environment: span.environment, widthMs, isTotal, ...where };
            stored.set(keyOf(place), { ...place, builder: new MeasuresBuilder().merge(measures) });
          }
        }
      }
      const pending = await readPendingEvents(tx, span);
      return { events: rows.map(toMetricEvent), pending, stored };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  report.events += events.length;
  const expected = toCells(events, nowMs);
  addCells(stored, toCells(pending, nowMs));
  const keys = [...new Set([...expected.keys(), ...stored.keys()])].sort();
  for (const key of keys) {
    const cell = expected.get(key) ?? stored.get(key);
    // Fine roll-ups older than they are kept are removed within the hour; until then nothing asks for them.
    if (!cell || isForgotten(cell, nowMs)) continue;
    report.rollups += 1;
    const [fromRows, fromRollups] = [expected.get(key), stored.get(key)].map(
      (one) => one?.builder.build() ?? NO_MEASURES,
    );
    compare(cell, fromRows ?? NO_MEASURES, fromRollups ?? NO_MEASURES, report);
  }
  for (const { cell, what, exact, rollups, error } of compareQuantiles(span, events, stored)) {
    report.quantiles += 1;
    report.worstError = Math.max(report.worstError, error);
    if (error > RELATIVE_ERROR_MAX) note(report, { where: whereOf(cell), what, rows: exact, rollups });
  }
}

function isForgotten({ widthMs, startMs }: Cell, nowMs: number): boolean {
  const keptMs = TIERS.find((tier) => tier.widthMs === widthMs)?.keptMs ?? null;
  return keptMs !== null && startMs < nowMs - keptMs + widthMs;
}

function compare(cell: Cell, rows: Measures, rollups: Measures, report: VerifyReport): void {
  const differ = (what: string, left: number | null, right: number | null) => {
    if (left !== right) note(report, { where: whereOf(cell), what, rows: left, rollups: right });
  };
  for (const name of COUNTERS) differ(name, rows.counters[name], rollups.counters[name]);
  const bothFailures = (word: string, left: FailuresByMode, right: FailuresByMode) => {
    for (const mode of new Set([...modesOf(left), ...modesOf(right)])) {
      differ(`${word}: ${mode}`, left[mode]?.n ?? null, right[mode]?.n ?? null);
      differ(`${word}: ${mode}, last seen (ms)`, left[mode]?.lastSeenMs ?? null, right[mode]?.lastSeenMs ?? null);
    }
  };
  bothFailures("failures", rows.failures, rollups.failures);
  bothFailures("failures of attempts", rows.attemptFailures, rollups.attemptFailures);
  for (const name of SERIES) {
    const [left, right] = [rows.sketches[name], rollups.sketches[name]];
    differ(`${name}: n`, left.n, right.n);
    // The same values make the same sketch, whatever the order: one that differs has lost or invented something.
    const other = left.n === right.n ? firstDifference(left, right) : null;
    if (other) differ(`${name}: ${other.what}`, other.left, other.right);
  }
}

// The keys of such a record are modes.
const modesOf = (failures: FailuresByMode) => Object.keys(failures) as (keyof FailuresByMode)[];

function note(report: VerifyReport, difference: Difference): void {
  report.differences += 1;
  report.first ??= difference;
}

const WIDTH_WORDS: Record<number, string> = { 60000: "1 min", 300000: "5 min", 3600000: "1 h", [DAY_MS]: "1 day" };

function whereOf({ environment, startMs, widthMs, provider, source, operation, model, coldClass }: Cell): string {
  const rest = [provider, source, operation, model, coldClass].filter((word) => word !== "*" && word !== "").join(" ");
  return `${environment} ${new Date(startMs).toISOString()} ${WIDTH_WORDS[widthMs] ?? widthMs} ${rest}`;
}
