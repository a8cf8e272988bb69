import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { fleetHours, prices } from "@/db/schema";
import { newId } from "@/server/domain/ids";
import { readPrices } from "@/server/prices/price-book";
import { seedPrices } from "@/server/prices/seed-prices";
import type { SimulatedWeek } from "./simulate-week";

/** The GPU that the sandbox's endpoint runs on, and its price by the hour in the sandbox's catalogue. */
export const SIMULATED_GPU = "NVIDIA GeForce RTX 4090";

/** The price book as it is after the catalogue's price was taken over. */
export async function seedCataloguePrices(db: Database) {
  await seedPrices(db);
  await db.insert(prices).values({
    id: newId(),
    provider: "comfyui",
    unit: "gpu_second",
    item: SIMULATED_GPU,
    priceMicros: 1_100_000,
    per: 3_600,
    effectiveFrom: new Date(Date.UTC(2026, 5, 1)),
    source: "the sandbox's catalogue",
  });
  return readPrices(db);
}

/** The rows that the engine and the chore that looks at the workers would have left. Needs the environment's revision. */
export async function insertWeek(
  db: Database,
  week: SimulatedWeek,
  { environment, endpointId }: { environment: string; endpointId: string },
): Promise<void> {
  const ids = new Map<number, string>();
  const rows = week.attempts.map((attempt) => {
    const id = ids.get(attempt.generation) ?? newId();
    ids.set(attempt.generation, id);
    return { ...attempt, id, attemptId: newId(), at: new Date(attempt.settledAtMs).toISOString() };
  });
  for (let start = 0; start < rows.length; start += 1_000)
    await db.execute(sql`
      with r as materialized (select * from jsonb_to_recordset(${JSON.stringify(rows.slice(start, start + 1_000))}::jsonb) as x(id uuid, "attemptId" uuid,
          number int, at timestamptz, outcome text, "coldClass" text, lines jsonb, "costMicros" bigint)),
      made as (insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
          attempt_count, image_count, baseline_micros, created_at, deadline_at, finished_at)
        select distinct on (id) id, ${environment}, 'simulated', '', 'api', 'txt2img', outcome, 'comfyui', 1, false, 0, 0, 0, at, at, at
        from r order by id, number desc on conflict (id) do nothing),
      tried as (insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, cold_class, cost_micros,
          created_at, deadline_at, finished_at)
        select "attemptId", id, number, ${environment}, 'comfyui', case when number = 1 then 'primary' else 'retry' end, 1, '{}', outcome, "coldClass",
          "costMicros", at, at, at from r)
      insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, units, unit, price_id, note, at)
      select r.id, r."attemptId", ${environment}, 'comfyui', l.kind, l."costMicros", l.units, l.unit, l."priceId", l.note, r.at
      from r cross join lateral jsonb_to_recordset(r.lines) as l(kind text, "costMicros" bigint, units numeric, unit text, "priceId" uuid, note text)`);
  // A retry may have come in a later part than the first try.
  await db.execute(sql`update generations g set state = t.state, attempt_count = t.n, cost_micros = t.cost, image_count = (t.state = 'succeeded')::int,
      baseline_micros = case when t.state = 'succeeded' then 96750 end
    from (select generation_id, count(*) as n, sum(cost_micros) as cost, (array_agg(state order by number desc))[1] as state from attempts group by 1) t
    where g.id = t.generation_id and g.scope = 'simulated'`);
  const hours = week.fleetHours.map(({ hourMs, ...hour }) => ({
    environment,
    endpointId,
    hourAt: new Date(hourMs),
    ...hour,
  }));
  if (hours.length > 0) await db.insert(fleetHours).values(hours);
}
