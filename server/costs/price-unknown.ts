import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { type UnpricedAttempt, type UnpricedGeneration, unpricedGenerations } from "@/db/queries/unpriced";
import { type PriceRow, priceAttempt } from "@/server/domain/pricing";
import { DAY_MS } from "@/server/domain/time-zone";
import { baselineOf } from "@/server/engine/cost";
import { readPrices } from "@/server/prices/price-book";
import type { RolloutDeps } from "@/server/rollout/types";

const PAGE = 500;

export interface PricedUnknown {
  /** Generations whose cost or baseline is known now, and was not. */
  generations: number;
}

type Deps = Pick<RolloutDeps, "db" | "config" | "provider">;

const LOOK_BACK_MS = 93 * DAY_MS;

/** To be called when a price was added that holds from a moment on: what it makes known, in every environment. */
export async function priceUnknownSince(deps: RolloutDeps, fromMs: number, nowMs: number): Promise<PricedUnknown> {
  const counted: PricedUnknown = { generations: 0 };
  const span = { fromMs: Math.max(fromMs, nowMs - LOOK_BACK_MS), toMs: nowMs };
  if (span.fromMs >= span.toMs) return counted;
  for (const environment of deps.config.environments)
    counted.generations += (await priceUnknown(deps, { environment, ...span })).generations;
  return counted;
}

/**
 * Costs and baselines of the span that were unknown for want of a price and need not be any more, at the prices of their
 * day. What is known is never touched, so nothing that was shown as a number becomes another one.
 */
export async function priceUnknown(
  deps: Deps,
  span: { environment: string; fromMs: number; toMs: number },
): Promise<PricedUnknown> {
  const prices = await readPrices(deps.db);
  const counted: PricedUnknown = { generations: 0 };
  for (let afterId: string | null = null; ; ) {
    const page: UnpricedGeneration[] = await unpricedGenerations(deps.db, { ...span, afterId, limit: PAGE });
    const found = page
      .map((generation) => valuesOf(deps, span.environment, generation, prices))
      .filter((value) => value !== null);
    if (found.length > 0) counted.generations += await write(deps.db, found);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return counted;
    afterId = last.id;
  }
}

function valuesOf(deps: Deps, environment: string, generation: UnpricedGeneration, prices: readonly PriceRow[]) {
  const { id, operation, imageCount, createdAtMs } = generation;
  const attempts = generation.attempts.flatMap((attempt) => {
    const cost = costOf(deps, environment, generation, attempt, prices);
    if (cost.totalMicros === null) return [];
    const startUpMicros = cost.lines.find(({ kind }) => kind === "start_up")?.costMicros ?? null;
    return [{ id: attempt.id, costMicros: cost.totalMicros, startUpMicros, lines: cost.lines }];
  });
  const priced = { environment, params: { operation, count: imageCount } };
  const baselineMicros = generation.lacksBaseline
    ? baselineOf({ ...deps, prices: { rows: () => prices } }, priced, imageCount, createdAtMs)
    : null;
  return attempts.length === 0 && baselineMicros === null ? null : { id, baselineMicros, attempts };
}

function costOf(
  { config }: Pick<Deps, "config">,
  environment: string,
  { operation, imageCount }: UnpricedGeneration,
  attempt: UnpricedAttempt,
  prices: readonly PriceRow[],
) {
  const { provider, state, model, delayMs, executionMs, coldClass, startUpMs } = attempt;
  return priceAttempt({
    provider,
    operation,
    outcome: state,
    model: model ?? "",
    gpuType: config.providerSettings(environment).comfyui.gpuType,
    timing: { delayMs, executionMs },
    verdict: coldClass === null ? null : { class: coldClass, rule: 0, because: "", startUpMs },
    billedUnits: attempt.billedUnits,
    quotedUnits: attempt.quotedUnits,
    imageCount,
    prices,
    atMs: attempt.atMs,
    idleTimeoutMs: config.idleTimeoutMs,
    workerIdleBeforeMs: attempt.workerLastSeenMsAgo,
  });
}

type Value = NonNullable<ReturnType<typeof valuesOf>>;

/** Everything of a generation in one statement; what somebody else has priced meanwhile stays as they did. */
async function write(db: Database, values: Value[]): Promise<number> {
  const { rows } = await db.execute(sql`
    with v as materialized (select * from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as x(id uuid, "baselineMicros" bigint, attempts jsonb)),
      g as materialized (select g.* from generations g join v on v.id = g.id where g.finished_at is not null for update of g),
      x as materialized (select v.id as generation_id, t.* from v cross join lateral jsonb_to_recordset(v.attempts) as t(id uuid, "costMicros" bigint,
          "startUpMicros" bigint, lines jsonb)),
      a as (update attempts a set cost_micros = x."costMicros" from x, g where a.id = x.id and a.generation_id = g.id and a.cost_micros is null
          returning a.id, a.generation_id, a.environment, a.provider, a.model, a.state, a.cold_class, a.failure_mode, a.finished_at, a.cost_micros,
          x."startUpMicros", x.lines),
      l as (insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, units, unit, price_id, note, at)
          select a.generation_id, a.id, a.environment, a.provider, l.kind, l."costMicros", l.units, l.unit, l."priceId",
            concat_ws('; ', l.note, 'priced later, when the price became known'), a.finished_at
          from a cross join lateral jsonb_to_recordset(a.lines) as l(kind text, "costMicros" bigint, units numeric, unit text, "priceId" uuid, note text)),
      total as (update generations u set
          cost_micros = coalesce(u.cost_micros, (select case when bool_or(coalesce(a.cost_micros, o.cost_micros) is null) then null
              else coalesce(sum(coalesce(a.cost_micros, o.cost_micros)), 0) end
            from attempts o left join a on a.id = o.id where o.generation_id = u.id and o.state not in ('not_sent', 'intent'))),
          baseline_micros = coalesce(u.baseline_micros, v."baselineMicros")
          from g join v on v.id = g.id where u.id = g.id returning u.id, u.cost_micros, u.baseline_micros),
      -- What the roll-ups counted is taken back and counted anew.
      ob as (insert into rollup_outbox (kind, sign, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode,
          ended_at, images, start_up_micros, cost_micros, baseline_micros)
        select 'cost', c.sign, g.environment, g.source, g.provider, g.operation, coalesce(g.model, ''), g.created_at, g.state, g.cold_class,
          g.failure_mode, g.finished_at, g.image_count, null, c.cost, c.baseline
        from g join total t on t.id = g.id
          cross join lateral (values (-1, g.cost_micros, g.baseline_micros), (1, t.cost_micros, t.baseline_micros)) as c(sign, cost, baseline)
        union all
        select 'attempt', c.sign, g.environment, g.source, a.provider, g.operation, coalesce(a.model, ''), g.created_at, a.state, a.cold_class,
          a.failure_mode, a.finished_at, 0, c.start_up, null, null
        from g join a on a.generation_id = g.id cross join lateral (values (-1, null::bigint), (1, a."startUpMicros")) as c(sign, start_up)
        where a.cold_class = 'cold' and a."startUpMicros" is not null)
    select t.id from total t join g on g.id = t.id
    where (t.cost_micros is not null and g.cost_micros is null) or (t.baseline_micros is not null and g.baseline_micros is null)`);
  return rows.length;
}
