import { sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/db/client";
import { EVENT_COLUMNS, type EventRow, toMetricEvent } from "@/db/queries/metric-events";
import { measuresOf, OLD_MEASURES, type StoredColumns } from "@/db/queries/rollups";
import { bucketStart, TIERS } from "@/server/domain/metrics/buckets";
import { storeMeasures } from "@/server/domain/metrics/stored-measures";
import { storeQuantiles } from "@/server/domain/metrics/stored-quantiles";
import { debugPoint } from "@/server/engine/debug-points";
import { type Cell, keyOf, toCells } from "./cells";

const BATCH = 5_000;
/** Rows a statement: what ended over weeks touches very many, and no statement may come near its time-out. */
const CELLS = 2_000;

/**
 * Moves what has ended from the outbox into the roll-ups until the outbox is empty or `signal` fires; each batch is one
 * transaction, so an event is in exactly one of the two, whatever dies. Returns how many were moved. `nowMs` decides
 * which fine roll-ups are still worth writing.
 */
export async function rollUp(db: Database, nowMs: number, signal?: AbortSignal): Promise<number> {
  let moved = 0;
  for (;;) {
    if (signal?.aborted) return moved;
    await debugPoint("rollup.before");
    const n = await db.transaction(async (tx) => {
      await lockRollups(tx);
      return rollUpBatch(tx, nowMs);
    });
    await debugPoint("rollup.committed");
    moved += n;
    if (n < BATCH) return moved;
  }
}

/**
 * Triggers take whoever does not say so for a release that knows neither wide roll-ups nor quantiles. `set` and not
 * `set_config`: a query would take the transaction's snapshot, which must not be older than a lock that comes after it.
 */
const WRITES_WIDE = sql`set local switchyard.writes_rollups = 'wide'`;

/** One writer at a time; readers are not held up. Another's batch may take longer than a pool waits for a lock. */
export async function lockRollups(tx: DatabaseOrTransaction): Promise<void> {
  await tx.execute(sql`set local lock_timeout = '10s'`);
  await tx.execute(WRITES_WIDE);
  await tx.execute(sql`lock table rollups in share row exclusive mode`);
}

/** One batch, within a transaction that holds `lockRollups`. */
async function rollUpBatch(tx: DatabaseOrTransaction, nowMs: number): Promise<number> {
  // By their places, which nobody else changes under the lock: statistics often say that the table is empty, and a plan that
  // believes them reads all of it once for each row.
  const { rows } = await tx.execute<EventRow>(
    sql`delete from rollup_outbox where ctid = any(array(select ctid from rollup_outbox order by id limit ${BATCH})) returning ${EVENT_COLUMNS}`,
  );
  if (rows.length === 0) return 0;
  const cells = toCells(rows.map(toMetricEvent), nowMs);
  const all = [...cells.values()];
  for (let from = 0; from < all.length; from += CELLS) {
    const some = all.slice(from, from + CELLS);
    await addStored(tx, some, cells);
    await write(tx, some);
  }
  await debugPoint("rollup.before_commit");
  return rows.length;
}

const KEY_COLUMNS = sql.raw(
  "environment text, width_ms int, is_total boolean, start_ms float8, provider text, source text, operation text, model text, cold_class text",
);

const toKeyRow = ({ environment, widthMs, isTotal, startMs, provider, source, operation, model, coldClass }: Cell) => ({
  environment,
  width_ms: widthMs,
  is_total: isTotal,
  start_ms: startMs,
  provider,
  source,
  operation,
  model,
  cold_class: coldClass,
});

async function addStored(tx: DatabaseOrTransaction, some: readonly Cell[], cells: Map<string, Cell>): Promise<void> {
  const keys = JSON.stringify(some.map(toKeyRow));
  const { rows } = await tx.execute<Record<string, unknown> & StoredColumns & Omit<Cell, "builder">>(
    sql`select r.environment, r.width_ms as "widthMs", r.is_total as "isTotal", k.start_ms as "startMs", r.provider, r.source, r.operation, r.model,
        r.cold_class as "coldClass", r.numbers, r.latencies, r.parts, ${OLD_MEASURES} as old
      from jsonb_to_recordset(${keys}::jsonb) as k(${KEY_COLUMNS})
      join rollups r on r.environment = k.environment and r.width_ms = k.width_ms and r.is_total = k.is_total
        and r.start_at = to_timestamp(k.start_ms / 1000) and r.provider = k.provider and r.source = k.source
        and r.operation = k.operation and r.model = k.model and r.cold_class = k.cold_class`,
  );
  for (const row of rows) cells.get(keyOf(row))?.builder.merge(measuresOf(row));
}

/** Writes rows whole, whatever stood there. */
export async function writeCells(tx: DatabaseOrTransaction, cells: readonly Cell[]): Promise<void> {
  for (let from = 0; from < cells.length; from += CELLS) await write(tx, cells.slice(from, from + CELLS));
}

async function write(tx: DatabaseOrTransaction, some: readonly Cell[]): Promise<void> {
  const rows = some.map((cell) => {
    const measures = cell.builder.build();
    // Points are made of totals.
    const quantiles = cell.isTotal ? storeQuantiles(measures) : null;
    return { ...toKeyRow(cell), ...storeMeasures(measures), quantiles };
  });
  await tx.execute(
    sql`insert into rollups (environment, width_ms, is_total, start_at, provider, source, operation, model, cold_class, numbers, latencies, parts, quantiles)
      select environment, width_ms, is_total, to_timestamp(start_ms / 1000), provider, source, operation, model, cold_class, numbers, latencies, parts, quantiles
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as k(${KEY_COLUMNS}, numbers text, latencies text, parts text, quantiles text)
      on conflict (environment, width_ms, is_total, start_at, provider, source, operation, model, cold_class)
        do update set numbers = excluded.numbers, latencies = excluded.latencies, parts = excluded.parts, quantiles = excluded.quantiles,
          counters = default, failures = default, attempt_failures = default, sketches = default`,
  );
}

/** Removes roll-ups finer than is kept for their age. Rows stay: `rebuildRollups` makes what is kept again from them. */
export async function forgetFineRollups(db: Database, nowMs: number): Promise<void> {
  for (const { widthMs, keptMs } of TIERS) {
    if (keptMs === null) continue;
    await db.transaction(async (tx) => {
      await tx.execute(WRITES_WIDE);
      await tx.execute(
        sql`delete from rollups where width_ms = ${widthMs} and start_at < ${new Date(bucketStart(nowMs - keptMs, widthMs))}`,
      );
    });
  }
}
