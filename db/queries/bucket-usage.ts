import { type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { PriceUnit, ProviderId } from "@/server/domain/vocabulary";

/** The units that a bucket is billed in. Lines of the ledger in them are R2's, whichever provider's pictures they are for. */
export const BUCKET_UNITS = [
  "class_a_operation",
  "class_b_operation",
  "gb_month",
] as const satisfies readonly PriceUnit[];
export type BucketUnit = (typeof BUCKET_UNITS)[number];

/** A line that R2 sends the bill for. */
export function isOfBucket(alias: SQL): SQL {
  const units = sql.param([...BUCKET_UNITS]);
  return sql`(${alias}.kind = 'storage' and ${alias}.unit is not null and ${alias}.unit = any(${units}::text[]))`;
}

interface Span {
  fromMs: number;
  toMs: number;
}

export interface BucketDay {
  dayMs: number;
  classA: number;
  classB: number;
  /** When the most lay there. */
  sizeBytes: number;
}

const within = ({ fromMs, toMs }: Span) => sql`day_at >= ${new Date(fromMs)} and day_at < ${new Date(toMs)}`;

/** What was asked of all buckets, and what lay in them, by UTC day. */
export async function bucketUsageByDay(db: DatabaseOrTransaction, span: Span): Promise<BucketDay[]> {
  const { rows } = await db.execute<Record<keyof BucketDay, string>>(
    sql`select (extract(epoch from day_at) * 1000)::float8 as "dayMs", sum(a) as "classA", sum(b) as "classB", sum(size) as "sizeBytes"
      from (select day_at, class_a as a, class_b as b, 0 as size from bucket_days where ${within(span)}
        union all select day_at, 0, 0, size_bytes from bucket_bytes where ${within(span)}) t
      group by day_at order by day_at`,
  );
  return rows.map((row) => ({
    dayMs: Number(row.dayMs),
    classA: Number(row.classA),
    classB: Number(row.classB),
    sizeBytes: Number(row.sizeBytes),
  }));
}

export interface BucketOwner {
  environment: string;
  provider: ProviderId;
  sizeBytes: number;
}

/** Whose pictures lay in the buckets, by UTC day. */
export async function bucketOwnersByDay(db: DatabaseOrTransaction, span: Span): Promise<Map<number, BucketOwner[]>> {
  const { rows } = await db.execute<{ dayMs: number; environment: string; provider: ProviderId; size: string }>(
    sql`select (extract(epoch from day_at) * 1000)::float8 as "dayMs", environment, provider, sum(size_bytes) as size from bucket_bytes
      where ${within(span)} group by 1, 2, 3 order by 1, 2, 3`,
  );
  const days = new Map<number, BucketOwner[]>();
  for (const { dayMs, size, ...owner } of rows)
    days.set(dayMs, [...(days.get(dayMs) ?? []), { ...owner, sizeBytes: Number(size) }]);
  return days;
}

/** Pictures that were stored on each day, inputs too, by whose they are: what writes and reads are shared by. */
export async function storedByDay(db: DatabaseOrTransaction, span: Span): Promise<Map<number, BucketOwner[]>> {
  const { rows } = await db.execute<{ dayMs: number; environment: string; provider: ProviderId; n: string }>(
    sql`select (extract(epoch from date_trunc('day', i.created_at, 'UTC')) * 1000)::float8 as "dayMs", g.environment, g.provider, count(*) as n
      from generations g join images i on i.generation_id = g.id
      where i.location = 'r2' and i.created_at >= ${new Date(span.fromMs)} and i.created_at < ${new Date(span.toMs)}
        and g.created_at >= ${new Date(span.fromMs - 86_400_000)} and g.created_at < ${new Date(span.toMs)}
      group by 1, 2, 3 order by 1, 2, 3`,
  );
  const days = new Map<number, BucketOwner[]>();
  // The number stands where bytes do: both are only weights here.
  for (const { dayMs, n, ...owner } of rows)
    days.set(dayMs, [...(days.get(dayMs) ?? []), { ...owner, sizeBytes: Number(n) }]);
  return days;
}

export interface BookedUnit {
  units: number;
  micros: number;
}

/** What of it is in the ledger, by UTC day and unit. */
export async function bookedBucketUnits(
  db: DatabaseOrTransaction,
  span: Span,
): Promise<Map<number, Map<BucketUnit, BookedUnit>>> {
  const { rows } = await db.execute<{ dayMs: number; unit: BucketUnit; units: string; micros: string }>(
    sql`select (extract(epoch from date_trunc('day', l.at, 'UTC')) * 1000)::float8 as "dayMs", l.unit, sum(l.units) as units, sum(l.cost_micros) as micros
      from cost_lines l where l.generation_id is null and ${isOfBucket(sql`l`)}
        and l.at >= ${new Date(span.fromMs)} and l.at < ${new Date(span.toMs)} group by 1, 2`,
  );
  const days = new Map<number, Map<BucketUnit, BookedUnit>>();
  for (const { dayMs, unit, units, micros } of rows) {
    const day = days.get(dayMs) ?? new Map<BucketUnit, BookedUnit>();
    day.set(unit, { units: Number(units), micros: Number(micros) });
    days.set(dayMs, day);
  }
  return days;
}

/** What of an environment's is in the ledger, over the whole span. */
export async function bookedBucketUnitsOf(
  db: DatabaseOrTransaction,
  { environment, fromMs, toMs }: Span & { environment: string },
): Promise<{ classA: number; classB: number; gbMonths: number; micros: number }> {
  const { rows } = await db.execute<{ unit: BucketUnit; units: string; micros: string }>(
    sql`select l.unit, sum(l.units) as units, sum(l.cost_micros) as micros from cost_lines l
      where l.environment = ${environment} and l.generation_id is null and ${isOfBucket(sql`l`)}
        and l.at >= ${new Date(fromMs)} and l.at < ${new Date(toMs)} group by 1`,
  );
  const unitsOf = (unit: BucketUnit) => Number(rows.find((row) => row.unit === unit)?.units ?? 0);
  return {
    classA: unitsOf("class_a_operation"),
    classB: unitsOf("class_b_operation"),
    gbMonths: unitsOf("gb_month"),
    micros: rows.reduce((sum, { micros }) => sum + Number(micros), 0),
  };
}
