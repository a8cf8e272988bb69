import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import type { ProviderBase, WhatIfBase } from "@/server/domain/what-if";
import { first, type GateWindow, inWindow } from "./gates";

/** Latencies that are read of each provider: enough for a p95 within a few percent, whatever the traffic. */
const SAMPLE = 5_000;
const HOUR_MS = 3_600_000;

/** What a window showed of each provider. It begins with its first request, and is an hour long at least. */
export async function whatIfBase(db: DatabaseOrTransaction, window: GateWindow): Promise<WhatIfBase> {
  const span = await first<{ first: Date | string | null; requests: number }>(
    db,
    sql`select min(g.created_at) as first, count(*)::int as requests from generations g where ${inWindow(window)}`,
  );
  const firstMs = span.first === null ? window.fromMs : new Date(span.first).getTime();
  const [scenario, comfyui] = await Promise.all(PROVIDER_IDS.map((provider) => providerBase(db, window, provider)));
  if (!scenario || !comfyui) throw new Error("a provider is missing");
  return {
    fromMs: Math.min(firstMs, window.toMs - HOUR_MS),
    toMs: window.toMs,
    requests: span.requests,
    providers: { scenario, comfyui },
  };
}

async function providerBase(
  db: DatabaseOrTransaction,
  window: GateWindow,
  provider: ProviderId,
): Promise<ProviderBase> {
  const rows = sql`${inWindow(window)} and g.provider = ${provider} and g.finished_at is not null`;
  const known = sql`g.cold_class is not null and g.cold_class <> 'unknown'`;
  const row = await first<{
    n: number;
    priced: number;
    cost: string | null;
    baselined: number;
    baseline: string | null;
    known: number;
    cold: number;
  }>(
    db,
    sql`select count(*)::int as n, count(g.cost_micros)::int as priced, sum(g.cost_micros) as cost,
      count(g.baseline_micros)::int as baselined, sum(g.baseline_micros) as baseline,
      count(*) filter (where ${known})::int as known, count(*) filter (where g.cold_class = 'cold')::int as cold
      from generations g where ${rows}`,
  );
  const latencies = await db.execute<{ ms: number }>(
    sql`select g.latency_ms as ms from generations g where ${rows} and g.state = 'succeeded' and g.latency_ms is not null
      order by g.id desc limit ${SAMPLE}`,
  );
  return {
    generations: row.n,
    priced: row.priced,
    costMicros: Number(row.cost ?? 0),
    baselined: row.baselined,
    baselineMicros: Number(row.baseline ?? 0),
    coldKnown: row.known,
    cold: row.cold,
    latenciesMs: latencies.rows.map(({ ms }) => ms),
  };
}
