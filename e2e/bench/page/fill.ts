import type pg from "pg";

const CHUNK = 100_000;

/**
 * N ended generations with their attempts over the last `days`, both providers, one in twenty cold, one in fifty failed.
 * Ids hold their time, as the product's do.
 */
export async function fill(pool: pg.Pool, options: { environment: string; rows: number; days: number }): Promise<void> {
  for (let from = 0; from < options.rows; from += CHUNK) {
    const count = Math.min(CHUNK, options.rows - from);
    await pool.query(
      `with made as (
        insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed, model,
          cold_class, failure_mode, latency_ms, cost_micros, baseline_micros, image_count, attempt_count, created_at, deadline_at, finished_at)
        select overlay(gen_random_uuid()::text placing regexp_replace(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0'),
            '^(.{8})(.{4})$', '\\1-\\2-7') from 1 for 15)::uuid,
          $1, 'bench', 'bench', 'api', 'txt2img', case when i % 50 = 0 then 'failed' else 'succeeded' end,
          case when i % 2 = 0 then 'comfyui' else 'scenario' end, 1, false, 'bench-model',
          case when i % 20 = 2 then 'cold' else 'warm' end, case when i % 50 = 0 then 'timeout' end,
          (case when i % 20 = 2 then 45000 else 3000 end * exp((random() + random() + random() - 1.5) * 0.9))::int,
          case when i % 2 = 0 then 2300 else 75000 end, 75000, case when i % 50 = 0 then 0 else 1 end, 1,
          at, at + interval '3 minutes', at + interval '3 seconds'
        from generate_series($2::int, $2::int + $3::int - 1) i,
          lateral (select now() - make_interval(secs => (1 - i::float8 / $4) * $5 * 86400) as at) t
        returning id, environment, provider, model, state, failure_mode, cold_class, latency_ms, created_at, finished_at)
      insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, model, delay_ms, execution_ms, store_ms,
        cold_class, failure_mode, created_at, deadline_at, submitted_at, started_at, finished_at)
      select gen_random_uuid(), id, 1, environment, provider, 'primary', 1, '{}'::jsonb, state, model, latency_ms / 5, latency_ms / 2, 120,
        cold_class, failure_mode, created_at, created_at + interval '3 minutes', created_at, created_at, finished_at from made`,
      [options.environment, from, count, options.rows, options.days],
    );
  }
  await pool.query("analyze generations");
  await pool.query("analyze attempts");
}
