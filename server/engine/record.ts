import type pg from "pg";
import type { ColdStartEvidence } from "@/server/domain/cold-start";
import { createBatcher } from "./batcher";
import { announceChange } from "./changes";
import { isRefusedByDatabase } from "./database-errors";
import { debugPoint, hasPlantedBug } from "./debug-points";
import { FENCE_FITS, type HeldRow, wereHeld } from "./fence";
import { untilAnswered } from "./until-answered";

export interface SubmittedRecord {
  generationId: string;
  fence: number;
  attemptId: string;
  jobId: string;
  model: string;
  quotedUnits: number | null;
  warnings: string[];
  evidence: Partial<ColdStartEvidence>;
  /** How long ago the provider said yes. */
  submittedMsAgo: number;
  nextInMs: number;
  adopted: boolean;
}

export interface WaitRecord {
  generationId: string;
  fence: number;
  attemptId: string;
  nextInMs: number;
  /** The job was seen running now; the first such answer stamps `started_at`. */
  started: boolean;
  missing: boolean;
  workerId: string | null;
  delayMs: number | null;
  evidence: Partial<ColdStartEvidence>;
  event: "started" | "starting_worker" | "progress" | null;
  eventData: Record<string, unknown> | null;
}

const RECORD_SUBMITTED = `with u as (
    select * from jsonb_to_recordset($1::jsonb) as x(generation_id uuid, fence int, attempt_id uuid, job_id text, model text,
      quoted_units numeric, warnings jsonb, evidence jsonb, submitted_ms_ago float8, next_in_ms float8, adopted boolean)),
  g as (update generations g set state = 'running', model = u.model, lease_until = null, lease_owner = null, crash_count = 0,
      next_at = clock_timestamp() + make_interval(secs => u.next_in_ms / 1000)
    from u where g.id = u.generation_id and ${FENCE_FITS} returning g.id, u.fence),
  a as (update attempts a set job_id = coalesce(a.job_id, u.job_id), model = u.model, quoted_units = u.quoted_units,
      state = case when a.state in ('intent', 'submitted') then 'submitted' when a.state = 'not_sent' then 'ambiguous' else a.state end,
      evidence = coalesce(a.evidence, '{}'::jsonb) || u.evidence,
      submitted_at = coalesce(a.submitted_at, clock_timestamp() - make_interval(secs => u.submitted_ms_ago / 1000))
    from u where a.id = u.attempt_id),
  w as (update generation_requests q set warnings = q.warnings || u.warnings
    from u where q.generation_id = u.generation_id and jsonb_array_length(u.warnings) > 0 and not q.warnings @> u.warnings),
  e as (insert into generation_events (generation_id, attempt_id, kind, data)
    select u.generation_id, u.attempt_id, case when u.adopted then 'adopted' else 'submitted' end, jsonb_build_object('jobId', u.job_id)
    from u where (u.generation_id, u.fence) in (select id, fence from g))
  select id, fence from g`;

const RECORD_WAIT = `with u as (
    select * from jsonb_to_recordset($1::jsonb) as x(generation_id uuid, fence int, attempt_id uuid, next_in_ms float8, started boolean,
      missing boolean, worker_id text, delay_ms int, evidence jsonb, event text, event_data jsonb)),
  g as (update generations g set lease_until = null, lease_owner = null, crash_count = 0, poll_count = g.poll_count + 1,
      next_at = case when g.cancel_requested_at is not null then clock_timestamp()
        else clock_timestamp() + make_interval(secs => u.next_in_ms / 1000) end
    from u where g.id = u.generation_id and ${FENCE_FITS} returning g.id, u.fence),
  a as (update attempts a set started_at = case when u.started then coalesce(a.started_at, clock_timestamp()) else a.started_at end,
      state = case when u.started and a.state = 'submitted' then 'running' else a.state end,
      missing_count = case when u.missing then a.missing_count + 1 else 0 end,
      worker_id = coalesce(u.worker_id, a.worker_id), delay_ms = coalesce(u.delay_ms, a.delay_ms),
      evidence = coalesce(a.evidence, '{}'::jsonb) || u.evidence
    from u where a.id = u.attempt_id and (u.generation_id, u.fence) in (select id, fence from g)
      and (u.started or u.missing or a.missing_count > 0 or u.worker_id is not null or u.evidence <> '{}'::jsonb)),
  e as (insert into generation_events (generation_id, attempt_id, kind, data)
    select u.generation_id, u.attempt_id, u.event, u.event_data from u where u.event is not null and (u.generation_id, u.fence) in (select id, fence from g))
  select id, fence from g`;

const RECORD_STORING = `with u as (
    select * from jsonb_to_recordset($1::jsonb) as x(generation_id uuid, fence int, attempt_id uuid, images int)),
  g as (update generations g set state = 'storing' from u where g.id = u.generation_id and ${FENCE_FITS} returning g.id, u.fence),
  e as (insert into generation_events (generation_id, attempt_id, kind, data)
    select u.generation_id, u.attempt_id, 'storing', jsonb_build_object('images', u.images) from u where (u.generation_id, u.fence) in (select id, fence from g))
  select id, fence from g`;

export interface StoringRecord {
  generationId: string;
  fence: number;
  attemptId: string;
  images: number;
}

/** Snake-cased keys, as `jsonb_to_recordset` names its columns. */
export function toColumns(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

/** Writes answers of providers, many in one commit. Each says whether the generation was still ours. */
export interface Recorder {
  submitted(record: SubmittedRecord): Promise<boolean>;
  wait(record: WaitRecord): Promise<boolean>;
  storing(record: StoringRecord): Promise<boolean>;
}

export function createRecorder(pool: pg.Pool): Recorder {
  const noFence = hasPlantedBug("no_fence");
  const write =
    <Row extends { generationId: string; fence: number }>(name: string, text: string) =>
    async (records: Row[]): Promise<boolean[]> => {
      const { rows } = await untilAnswered(pool, () =>
        pool.query<HeldRow>({ name, text, values: [JSON.stringify(records.map(toColumns)), noFence] }),
      );
      return wereHeld(records, rows);
    };
  const submitted = createBatcher(write<SubmittedRecord>("record-submitted", RECORD_SUBMITTED), {
    maxSize: 128,
    maxParallel: 2,
    isolate: isRefusedByDatabase,
  });
  const wait = createBatcher(write<WaitRecord>("record-wait", RECORD_WAIT), {
    maxSize: 256,
    maxParallel: 2,
    isolate: isRefusedByDatabase,
  });
  const storing = createBatcher(write<StoringRecord>("record-storing", RECORD_STORING), {
    maxSize: 128,
    maxParallel: 2,
    isolate: isRefusedByDatabase,
  });
  return {
    async storing(record) {
      await debugPoint("collect.before_mark");
      const kept = await storing(record);
      await debugPoint("collect.marked");
      announceChange(record.generationId);
      return kept;
    },
    async submitted(record) {
      await debugPoint("submit.before_record");
      const kept = await submitted(record);
      await debugPoint("submit.recorded");
      announceChange(record.generationId);
      return kept;
    },
    async wait(record) {
      await debugPoint("poll.before_record");
      const kept = await wait(record);
      await debugPoint("poll.recorded");
      if (record.event) announceChange(record.generationId);
      return kept;
    },
  };
}
