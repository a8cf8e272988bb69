import { type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { Purpose } from "@/server/domain/costs/accounts";
import { sourcesOf } from "@/server/domain/metrics/populations";
import type { CostKind, Operation, ProviderId } from "@/server/domain/vocabulary";

/** Spans that follow one another without a gap, such as the days of a week. */
export interface CostSpans {
  environment: string;
  spans: readonly { fromMs: number; toMs: number }[];
}

export interface DeliveredRow {
  /** Of the span that the generations were accepted in. */
  span: number;
  provider: ProviderId;
  generations: number;
  images: number;
  coldStarts: number;
  baselineMicros: number;
  baselineUnknown: number;
}

const trials = sql.param(sourcesOf(["trials", "checklist"]));
const isTrial = sql`g.source = any(${trials}::text[])`;
/** History from files may be of any week, also of one that is signed, and somebody else has paid for it. */
const isOwn = sql`g.source <> 'import'`;

function within({ environment, spans }: CostSpans, alias: SQL, at: SQL): { where: SQL; span: SQL } {
  const starts = spans.map(({ fromMs }) => new Date(fromMs).toISOString());
  const fromMs = spans[0]?.fromMs ?? 0;
  const toMs = spans.at(-1)?.toMs ?? 0;
  return {
    where: sql`${alias}.environment = ${environment} and ${at} >= ${new Date(fromMs)} and ${at} < ${new Date(toMs)}`,
    span: sql`width_bucket(${at}, ${sql.param(starts)}::timestamptz[]) - 1`,
  };
}

/** What callers got, by span and by the provider that made it, with what it would have cost at the control. */
export async function deliveredBySpan(db: DatabaseOrTransaction, query: CostSpans): Promise<DeliveredRow[]> {
  const { where, span } = within(query, sql`g`, sql`g.created_at`);
  const { rows } = await db.execute<Record<Exclude<keyof DeliveredRow, "provider">, string> & { provider: ProviderId }>(
    sql`select ${span} as span, g.provider, count(*) filter (where g.state = 'succeeded') as generations,
        coalesce(sum(g.image_count) filter (where g.state = 'succeeded'), 0) as images,
        count(*) filter (where g.cold_class = 'cold') as "coldStarts",
        coalesce(sum(g.baseline_micros) filter (where g.state = 'succeeded'), 0) as "baselineMicros",
        count(*) filter (where g.state = 'succeeded' and g.baseline_micros is null) as "baselineUnknown"
      from generations g where ${where} and ${isOwn} and g.finished_at is not null and not ${isTrial} group by 1, 2`,
  );
  return rows.map((row) => ({
    span: Number(row.span),
    provider: row.provider,
    generations: Number(row.generations),
    images: Number(row.images),
    coldStarts: Number(row.coldStarts),
    baselineMicros: Number(row.baselineMicros),
    baselineUnknown: Number(row.baselineUnknown),
  }));
}

export interface LedgerRow {
  span: number;
  provider: ProviderId;
  kind: CostKind;
  purpose: Purpose;
  costMicros: number;
}

/**
 * The ledger's lines, summed. A generation's lines belong to the span in which it was accepted, whenever they were
 * written; an environment's own lines to the moment they are of.
 */
export async function ledgerBySpan(db: DatabaseOrTransaction, query: CostSpans): Promise<LedgerRow[]> {
  const ofGenerations = within(query, sql`g`, sql`g.created_at`);
  const own = within(query, sql`l`, sql`l.at`);
  const { rows } = await db.execute<Omit<LedgerRow, "span" | "costMicros"> & { span: number; micros: string }>(
    sql`select ${ofGenerations.span} as span, l.provider, l.kind,
        case when ${isTrial} then 'trial' when a.reason = 'fallback' then 'fallback' else 'caller' end as purpose, sum(l.cost_micros) as micros
      from generations g join cost_lines l on l.generation_id = g.id join attempts a on a.id = l.attempt_id
      where ${ofGenerations.where} and ${isOwn} group by 1, 2, 3, 4
      union all
      select ${own.span}, l.provider, l.kind, 'caller', sum(l.cost_micros) from cost_lines l
      where ${own.where} and l.generation_id is null group by 1, 2, 3`,
  );
  return rows.map(({ span, micros, ...row }) => ({ ...row, span: Number(span), costMicros: Number(micros) }));
}

export interface UnknownRow {
  span: number;
  of: "cost" | "baseline";
  provider: ProviderId;
  operation: Operation;
  model: string | null;
  /** It ran, but for how long is not known; else it is the price that is missing. */
  isWithoutTime: boolean;
  count: number;
}

/** Ended attempts whose cost is not known, and deliveries whose baseline is not known. */
export async function unknownBySpan(db: DatabaseOrTransaction, query: CostSpans): Promise<UnknownRow[]> {
  const { where, span } = within(query, sql`g`, sql`g.created_at`);
  const { rows } = await db.execute<Omit<UnknownRow, "span" | "count"> & { span: number; count: string }>(
    sql`select ${span} as span, 'cost' as of, a.provider, g.operation, a.model,
        a.provider = 'comfyui' and a.execution_ms is null as "isWithoutTime", count(*) as count
      from generations g join attempts a on a.generation_id = g.id
      where ${where} and ${isOwn} and g.finished_at is not null and g.cost_micros is null and a.cost_micros is null
        and a.state not in ('not_sent', 'intent') group by 1, 3, 4, 5, 6
      union all
      select ${span}, 'baseline', g.provider, g.operation, null, false, count(*) from generations g
      where ${where} and ${isOwn} and g.state = 'succeeded' and g.baseline_micros is null and not ${isTrial} group by 1, 3, 4`,
  );
  return rows.map((row) => ({ ...row, span: Number(row.span), count: Number(row.count) }));
}
