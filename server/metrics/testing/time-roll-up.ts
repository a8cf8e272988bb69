import { sql } from "drizzle-orm";
import { connect, POOL_LIMITS } from "@/db/client";
import { rollUp } from "../roll-up";

// Run as a program of its own: how fast what has ended goes from the outbox into the roll-ups, a generation with its
// attempt at a time: of the last hour, as in traffic, and of a month, as in an import. Prints a line of JSON each.
const GENERATIONS = 100_000;
const SPREADS = { "the last hour": "1 hour", "a month": "30 days" };

const { db, close } = connect({ url: process.env.DATABASE_URL ?? "", name: "bench", ...POOL_LIMITS.tool });
const place = sql`'bench', 'api', (array['comfyui', 'scenario'])[1 + i % 2], (array['txt2img', 'img2img'])[1 + i / 2 % 2], 'flux1-dev-fp8', at,
  case when i % 50 = 0 then 'failed' else 'succeeded' end, case when i % 20 = 2 then 'cold' else 'warm' end, case when i % 50 = 0 then 'timeout' end, at`;
for (const [spread, length] of Object.entries(SPREADS)) {
  await db.execute(sql`truncate rollup_outbox, rollups`);
  await db.execute(sql`
    insert into rollup_outbox (environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode, ended_at, kind, images,
        latency_ms, cost_micros, baseline_micros, delay_ms, execution_ms, store_ms)
    select ${place}, kind, 1, case kind when 'generation' then (3000 * exp(random()))::int end, case kind when 'generation' then 2300 end, 75000,
      case kind when 'attempt' then (800 * exp(random()))::int end, case kind when 'attempt' then 3000 end, case kind when 'attempt' then 140 end
    from generate_series(1, ${GENERATIONS}) i, unnest(array['generation', 'attempt']) kind,
      lateral (select now() - (1 - i / ${GENERATIONS}::float8) * ${length}::interval as at) t`);
  const since = performance.now();
  const moved = await rollUp(db, Date.now());
  const seconds = (performance.now() - since) / 1000;
  if (moved !== 2 * GENERATIONS) throw new Error(`${moved} events were moved, not ${2 * GENERATIONS}`);
  process.stdout.write(`${JSON.stringify({ spread, generationsPerSecond: GENERATIONS / seconds })}\n`);
}
await close();
