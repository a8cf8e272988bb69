-- $1 environment, $2 number of rows, $3 time of the newest, $4 milliseconds between two, $5 characters added to each prompt.
-- Ended generations of every kind that the filters know, the same ones every time, and the events that their ends leave;
-- for tests that need a full table.
with made as (
  select n,
    $3::timestamptz - n * $4::int * interval '1 millisecond' as at,
    case when n % 50 = 7 then 'failed' when n % 97 = 9 then 'cancelled' else 'succeeded' end as state,
    case when n % 3 = 0 then 'scenario' else 'comfyui' end as provider
  from generate_series(0, $2::int - 1) as n
), identified as (
  select *, lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as hex from made
), stored as (
  insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
    cold_class, failure_mode, attempt_count, latency_ms, cost_micros, baseline_micros, created_at, deadline_at, finished_at)
  select (substr(hex, 1, 8) || '-' || substr(hex, 9) || '-7000-8' || left(md5($1::text), 3) || '-' || lpad(to_hex(n), 12, '0'))::uuid, $1::text, 'test', '',
    (array['api', 'api', 'api', 'cli', 'playground'])[n % 5 + 1],
    (array['txt2img', 'txt2img', 'img2img', 'remove_background'])[n % 4 + 1],
    state, provider, 1, true,
    case when provider = 'scenario' or n % 17 > 1 then 'warm' when n % 17 = 1 then 'cold' else 'queued' end,
    case state when 'failed' then (array['out_of_memory', 'rate_limited', 'model_not_found'])[n % 3 + 1] when 'cancelled' then 'cancelled' end,
    1, case when n % 41 <> 5 then 900 + (n::bigint * 7919 % 30000)::int end, case when n % 11 <> 4 then 1000 + n % 700 end, 75000,
    at, at + interval '3 minutes', at + interval '10 seconds'
  from identified
  on conflict (id) do nothing
  returning *
), told as (
  insert into rollup_outbox (kind, environment, source, provider, operation, bucket_at, state, cold_class, failure_mode, ended_at, images,
    latency_ms, cost_micros, baseline_micros)
  select 'generation', environment, source, provider, operation, created_at, state, cold_class, failure_mode, finished_at, image_count,
    latency_ms, cost_micros, baseline_micros
  from stored
)
insert into generation_requests (generation_id, params, prompt, sticky_key, receipt, caller)
select id, jsonb_build_object('operation', operation, 'prompt', null, 'negativePrompt', null, 'width', 512, 'height', 768, 'steps', null,
    'guidance', null, 'seed', 7, 'strength', null, 'count', 1), case when id::text like '%a' then '=HYPERLINK("x")' else 'picture ' || right(id::text, 5) || ', "framed"' end || repeat('x', $5::int),
  'key', jsonb_build_object('version', 1, 'rule', 'forced', 'revision', 1, 'candidateShareBp', 5000, 'salt', 's', 'stickyKey', 'key',
    'bucket', null, 'forced', provider, 'passedOver', '[]'::jsonb, 'provider', provider), 'test'
from stored
