import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";

export interface ToldDay {
  dayMs: number;
  units: number;
  /** Above 1: it was told otherwise before. */
  version: number;
}

/** What the account used by UTC day, as it was last told. */
export async function newestUsage(
  db: DatabaseOrTransaction,
  query: { environment: string; account: string; fromMs: number; toMs: number },
): Promise<ToldDay[]> {
  const { rows } = await db.execute<{ dayMs: number; units: string; version: number }>(
    sql`select distinct on (day_at) (extract(epoch from day_at) * 1000)::float8 as "dayMs", units, version from usage_days
      where environment = ${query.environment} and account = ${query.account}
        and day_at >= ${new Date(query.fromMs)} and day_at < ${new Date(query.toMs)}
      order by day_at, version desc`,
  );
  return rows.map(({ dayMs, units, version }) => ({ dayMs, units: Number(units), version }));
}

/** What the control's lines come to by the UTC day in which their attempts were made, of environments that share it. */
export async function controlLinesByDay(
  db: DatabaseOrTransaction,
  query: { environments: readonly string[]; fromMs: number; toMs: number },
): Promise<Map<number, number>> {
  const { rows } = await db.execute<{ dayMs: number; micros: string }>(
    sql`select (extract(epoch from date_trunc('day', a.created_at, 'UTC')) * 1000)::float8 as "dayMs", sum(l.cost_micros) as micros
      from attempts a join cost_lines l on l.attempt_id = a.id join generations g on g.id = a.generation_id
      where a.provider = 'scenario' and a.environment = any(${sql.param([...query.environments])}::text[]) and g.source <> 'import'
        and a.created_at >= ${new Date(query.fromMs)} and a.created_at < ${new Date(query.toMs)} group by 1`,
  );
  return new Map(rows.map(({ dayMs, micros }) => [dayMs, Number(micros)]));
}
