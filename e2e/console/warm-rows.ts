import type pg from "pg";

/**
 * Jobs at ComfyUI of the last day and a half, one every ten minutes, each to an endpoint at rest; every third is followed
 * by one that finds the worker. Far from the weeks that other tests of this database read.
 */
export async function addRecentJobs(pool: pg.Pool): Promise<void> {
  await pool.query(`
    with times as (
      select now() - interval '36 hours' + i * interval '10 minutes' as at, true as cold from generate_series(0, 210) i
      union all select now() - interval '36 hours' + i * interval '10 minutes' + interval '47 seconds', false from generate_series(0, 210, 3) i),
    made as (
      insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
        cold_class, latency_ms, image_count, attempt_count, created_at, deadline_at, finished_at)
      select gen_random_uuid(), 'sandbox', 'test', 'hash', 'playground', 'txt2img', 'succeeded', 'comfyui', 1, false,
        case when cold then 'cold' else 'warm' end, case when cold then 44500 else 4600 end, 1, 1, at, at + interval '3 minutes',
        at + interval '1 minute' from times returning id, created_at, cold_class)
    insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, job_id, delay_ms,
      execution_ms, start_up_ms, cold_class, created_at, submitted_at, deadline_at, finished_at)
    select gen_random_uuid(), id, 1, 'sandbox', 'comfyui', 'primary', 1, '{}'::jsonb, 'succeeded', id::text,
      case when cold_class = 'cold' then 40000 else 100 end, 4000, case when cold_class = 'cold' then 40000 end, cold_class,
      created_at, created_at, created_at + interval '3 minutes', created_at + interval '1 minute' from made`);
}
