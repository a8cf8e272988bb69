import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { CostKind } from "@/server/domain/vocabulary";
import { isOfBucket } from "./bucket-usage";

export interface BillingQuery {
  environment: string;
  /** Null: whichever endpoints the environment had. */
  account: string | null;
  fromMs: number;
  toMs: number;
}

export interface BilledHour {
  hourMs: number;
  totalMicros: number;
  diskMicros: number;
  /** Above 1: it was told otherwise before. */
  version: number;
}

/** What was billed by the hour, as it was last told. */
export async function newestBilling(db: DatabaseOrTransaction, query: BillingQuery): Promise<BilledHour[]> {
  const ofAccount = query.account === null ? sql`true` : sql`account = ${query.account}`;
  const { rows } = await db.execute<{ hourMs: number; total: string; disk: string; version: number }>(
    sql`select (extract(epoch from hour_at) * 1000)::float8 as "hourMs", sum(total_micros) as total, sum(disk_micros) as disk, max(version) as version
      from (select distinct on (account, hour_at) * from billing_records
        where environment = ${query.environment} and ${ofAccount} and hour_at >= ${new Date(query.fromMs)} and hour_at < ${new Date(query.toMs)}
        order by account, hour_at, version desc) newest
      group by hour_at order by hour_at`,
  );
  return rows.map(({ hourMs, total, disk, version }) => ({
    hourMs,
    totalMicros: Number(total),
    diskMicros: Number(disk),
    version,
  }));
}

export interface LedgerHour {
  hourMs: number;
  /** Lines of generations, whatever their kind. */
  generationMicros: number;
  /** The environment's own lines, by kind. */
  own: Partial<Record<CostKind, number>>;
}

/**
 * The candidate's ledger by the hour in which lines were written, of all environments that share the endpoint. What lies
 * in a bucket is no part of RunPod's bill.
 */
export async function ledgerByHour(
  db: DatabaseOrTransaction,
  query: { environments: readonly string[]; fromMs: number; toMs: number },
): Promise<Map<number, LedgerHour>> {
  const { rows } = await db.execute<{ hourMs: number; kind: CostKind; own: boolean; micros: string }>(
    sql`select (extract(epoch from date_trunc('hour', l.at, 'UTC')) * 1000)::float8 as "hourMs", l.kind, l.generation_id is null as own,
        sum(l.cost_micros) as micros
      from cost_lines l left join generations g on g.id = l.generation_id
      where g.source is distinct from 'import' and l.at >= ${new Date(query.fromMs)} and l.at < ${new Date(query.toMs)}
        and l.environment = any(${sql.param([...query.environments])}::text[]) and l.provider = 'comfyui'
        and not ${isOfBucket(sql`l`)}
      group by 1, 2, 3`,
  );
  const hours = new Map<number, LedgerHour>();
  for (const { hourMs, kind, own, micros } of rows) {
    const hour = hours.get(hourMs) ?? { hourMs, generationMicros: 0, own: {} };
    if (own) hour.own[kind] = Number(micros);
    else hour.generationMicros += Number(micros);
    hours.set(hourMs, hour);
  }
  return hours;
}
