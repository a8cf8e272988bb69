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
import type { MetricEvent } from "@/server/domain/metrics/events";
import { COUNTERS, type Measures, MeasuresBuilder, NO_MEASURES, SERIES } from "@/server/domain/metrics/measures";
import { latencyOf } from "@/server/domain/metrics/point";
import { populationOf } from "@/server/domain/metrics/populations";
import { readMeasures } from "@/server/domain/metrics/stored-measures";
import { quantile } from "@/server/domain/sketch/sketch";
import { type Cell, keyOf, toCells } from "./cells";

const DAY_MS = 86_400_000;
const QUANTILES = [0.5, 0.95, 0.99];
const RELATIVE_ERROR_MAX = 0.01;

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
          for (const { startMs, provider, source, operation, model, ...measures } of await readRollups(tx, {
            ...span,
            widthMs,
            isTotal,
          })) {
            const place = {
              environment: span.environment,
              widthMs,
              isTotal,
              startMs,
              provider,
              source,
              operation,
              model,
            };
            stored.set(keyOf(place), { ...place, builder: new MeasuresBuilder().merge(readMeasures(measures)) });
          }
        }
      }
      const pending = (await readPendingEvents(tx, span, Number.MAX_SAFE_INTEGER - 1)).events;
      return { events: rows.map(toMetricEvent), pending, stored };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  report.events += events.length;
  const expected = toCells(events, nowMs);
  for (const [key, cell] of toCells(pending, nowMs)) {
    const known = stored.get(key);
    if (known) known.builder.merge(cell.builder.build());
    else stored.set(key, cell);
  }
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
  compareQuantiles(span, events, stored, report);
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
  const modes = new Set([...Object.keys(rows.failures), ...Object.keys(rollups.failures)]);
  for (const mode of modes) differ(`failures: ${mode}`, failuresOf(rows, mode), failuresOf(rollups, mode));
  for (const name of SERIES) {
    const [left, right] = [rows.sketches[name], rollups.sketches[name]];
    differ(`${name}: n`, left.n, right.n);
    // The same values make the same sketch, whatever the order: one that differs has lost or invented something.
    if (left.n === right.n && JSON.stringify(left) !== JSON.stringify(right))
      for (const q of [0, ...QUANTILES, 1]) differ(`${name}: p${q * 100}`, quantile(left, q), quantile(right, q));
  }
}

function failuresOf(measures: Measures, mode: string): number | null {
  const failures: Partial<Record<string, { n: number }>> = measures.failures;
  return failures[mode]?.n ?? null;
}

/** The day's quantiles of latency, a population and provider at a time, against PostgreSQL's definition over the values. */
function compareQuantiles(
  span: EventSpan,
  events: MetricEvent[],
  stored: Map<string, Cell>,
  report: VerifyReport,
): void {
  const values = new Map<string, number[]>();
  for (const { kind, state, latencyMs, provider, source } of events) {
    if (kind !== "generation" || state !== "succeeded" || latencyMs === null) continue;
    const place = { environment: span.environment, widthMs: DAY_MS, isTotal: true, startMs: span.fromMs };
    const key = keyOf({ ...place, provider, source: populationOf(source), operation: "*", model: "*" });
    const list = values.get(key) ?? [];
    list.push(latencyMs);
    values.set(key, list);
  }
  for (const [key, list] of values) {
    const cell = stored.get(key);
    if (!cell) continue; // its counts differ already
    const sketch = latencyOf(cell.builder.build());
    list.sort((left, right) => left - right);
    for (const q of QUANTILES) {
      const rank = q * (list.length - 1);
      const [low, high] = [list[Math.floor(rank)] ?? 0, list[Math.ceil(rank)] ?? 0];
      const exact = low + (rank - Math.floor(rank)) * (high - low);
      const got = quantile(sketch, q);
      report.quantiles += 1;
      const error = got === null ? 1 : Math.abs(got - exact) / Math.max(exact, 1);
      report.worstError = Math.max(report.worstError, error);
      if (error > RELATIVE_ERROR_MAX)
        note(report, { where: whereOf(cell), what: `latency: p${q * 100}`, rows: exact, rollups: got });
    }
  }
}

function note(report: VerifyReport, difference: Difference): void {
  report.differences += 1;
  report.first ??= difference;
}

const WIDTH_WORDS: Record<number, string> = { 60000: "1 min", 300000: "5 min", 3600000: "1 h", [DAY_MS]: "1 day" };

function whereOf({ environment, startMs, widthMs, provider, source, operation, model }: Cell): string {
  const rest = [provider, source, operation, model].filter((word) => word !== "*" && word !== "").join(" ");
  return `${environment} ${new Date(startMs).toISOString()} ${WIDTH_WORDS[widthMs] ?? widthMs} ${rest}`;
}
