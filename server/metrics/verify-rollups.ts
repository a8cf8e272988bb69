import { sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/db/client";
import {
  EVENT_COLUMNS,
  type EventRow,
  type EventSpan,
  eventsFromRows,
  toMetricEvent,
} from "@/db/queries/metric-events";
import { readPendingEvents, readRollupRows, readStandIns } from "@/db/queries/rollups";
import { bucketStart, TIERS } from "@/server/domain/metrics/buckets";
import {
  COUNTERS,
  type FailuresByMode,
  type Measures,
  MeasuresBuilder,
  NO_MEASURES,
  SERIES,
} from "@/server/domain/metrics/measures";
import { quantilesOf } from "@/server/domain/metrics/point";
import { readQuantiles } from "@/server/domain/metrics/stored-quantiles";
import { firstDifference } from "@/server/domain/sketch/sketch";
import { addCells, type Cell, keyOf, toCells } from "./cells";
import { compareQuantiles, RELATIVE_ERROR_MAX } from "./compare-quantiles";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

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
 * are of, weeks with their days, and quantiles of each day with the exact ones. Each day and each week is read on one
 * snapshot, so traffic may go on. Roll-ups that others stand in for are left out: nobody reads them.
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
        union all select date_trunc('day', start_at, 'UTC') from rollups where environment = ${environment} and width_ms <= ${DAY_MS}
        union all select date_trunc('day', bucket_at, 'UTC') from rollup_outbox where environment = ${environment}) days order by 1`,
  );
  for (const { day } of rows) {
    const span = { environment, fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS };
    options.onDay?.(new Date(span.fromMs).toISOString().slice(0, 10));
    report.days += 1;
    await verifyDay(db, span, nowMs, report);
  }
  const { rows: weeks } = await db.execute<{ startMs: number }>(
    sql`select distinct (extract(epoch from date_trunc('week', start_at, 'UTC')) * 1000)::float8 as "startMs" from rollups
      where environment = ${environment} and width_ms = any(array[${DAY_MS}, ${WEEK_MS}]::int[]) order by 1`,
  );
  for (const { startMs } of weeks) await verifyWeek(db, environment, startMs, report);
  return report;
}

async function verifyDay(db: Database, span: EventSpan, nowMs: number, report: VerifyReport): Promise<void> {
  const { events, pending, stored, widths } = await db.transaction(
    async (tx) => {
      const { rows } = await tx.execute<EventRow>(sql`select ${EVENT_COLUMNS} from (${eventsFromRows(span)}) events`);
      const stored = new Map<string, Cell>();
      const widths = await widthsRead(tx, span.environment);
      for (const widthMs of widths.filter((width) => width <= DAY_MS))
        for (const cell of await storedCells(tx, span, widthMs, report)) stored.set(keyOf(cell), cell);
      const pending = await readPendingEvents(tx, span);
      return { events: rows.map(toMetricEvent), pending, stored, widths };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  report.events += events.length;
  const expected = toCells(events, nowMs, DAY_MS);
  addCells(stored, toCells(pending, nowMs, DAY_MS));
  const keys = [...new Set([...expected.keys(), ...stored.keys()])].sort();
  for (const key of keys) {
    const cell = expected.get(key) ?? stored.get(key);
    // Fine roll-ups older than they are kept are removed within the hour; until then nothing asks for them.
    if (!cell || !widths.includes(cell.widthMs) || isForgotten(cell, nowMs)) continue;
    report.rollups += 1;
    compare(cell, measuresIn(expected, key), measuresIn(stored, key), report);
  }
  for (const { cell, what, exact, rollups, error } of compareQuantiles(span, events, stored)) {
    report.quantiles += 1;
    report.worstError = Math.max(report.worstError, error);
    if (error > RELATIVE_ERROR_MAX) note(report, { where: whereOf(cell), what, rows: exact, rollups });
  }
}

/** What is pending is in neither a week nor its days. */
async function verifyWeek(db: Database, environment: string, fromMs: number, report: VerifyReport): Promise<void> {
  const span = { environment, fromMs, toMs: fromMs + WEEK_MS };
  const { days, weeks } = await db.transaction(
    async (tx) => {
      const isRead = (await widthsRead(tx, environment)).includes(WEEK_MS);
      // The days' own quantiles have been compared with the days.
      const ofDays = isRead ? await storedCells(tx, span, DAY_MS, null) : [];
      return { days: ofDays, weeks: isRead ? await storedCells(tx, span, WEEK_MS, report) : [] };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  const expected = new Map<string, Cell>();
  for (const day of days) {
    const sum = { ...day, widthMs: WEEK_MS, startMs: bucketStart(day.startMs, WEEK_MS) };
    addCells(expected, new Map([[keyOf(sum), sum]]));
  }
  const stored = new Map(weeks.map((cell) => [keyOf(cell), cell]));
  for (const [key, cell] of [...new Map([...expected, ...stored])].sort()) {
    report.rollups += 1;
    compare(cell, measuresIn(expected, key), measuresIn(stored, key), report);
  }
}

const measuresIn = (cells: ReadonlyMap<string, Cell>, key: string) => cells.get(key)?.builder.build() ?? NO_MEASURES;

/** Those that views ask for. */
async function widthsRead(tx: DatabaseOrTransaction, environment: string): Promise<number[]> {
  const replaced = await readStandIns(tx, environment);
  return TIERS.map(({ widthMs }) => widthMs).filter((widthMs) => !replaced.includes(widthMs));
}

/** Rows as they are; quantiles that are not those of their distributions are noted, where there is a report. */
async function storedCells(
  tx: DatabaseOrTransaction,
  span: EventSpan,
  widthMs: number,
  report: VerifyReport | null,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  const { environment } = span;
  for (const isTotal of [true, false]) {
    const ranges = [{ ...span, widthMs }];
    for (const { measures, quantiles, ...where } of await readRollupRows(tx, { environment, ranges, isTotal })) {
      const cell = { environment, widthMs, isTotal, ...where, builder: new MeasuresBuilder().merge(measures) };
      cells.push(cell);
      if (report && quantiles !== null) compareStored(cell, measures, quantiles, report);
    }
  }
  return cells;
}

/** What points are made of, beside what it was made of. */
function compareStored(cell: Cell, measures: Measures, stored: string, report: VerifyReport): void {
  const [exact, shown] = [quantilesOf(measures), readQuantiles(stored)];
  for (const name of [...SERIES, "latency"] as const)
    for (const what of ["n", "msP50", "msP95", "msP99"] as const)
      if (exact[name][what] !== shown[name][what])
        note(report, {
          where: whereOf(cell),
          what: `${name}: ${what} beside its distribution`,
          rows: exact[name][what],
          rollups: shown[name][what],
        });
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

const WIDTH_WORDS: Record<number, string> = {
  60000: "1 min",
  300000: "5 min",
  900000: "15 min",
  3600000: "1 h",
  7200000: "2 h",
  21600000: "6 h",
  [DAY_MS]: "1 day",
  [WEEK_MS]: "1 week",
};

function whereOf({ environment, startMs, widthMs, provider, source, operation, model, coldClass }: Cell): string {
  const rest = [provider, source, operation, model, coldClass].filter((word) => word !== "*" && word !== "").join(" ");
  return `${environment} ${new Date(startMs).toISOString()} ${WIDTH_WORDS[widthMs] ?? widthMs} ${rest}`;
}
