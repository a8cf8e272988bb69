import pg from "pg";
import { connect, POOL_LIMITS } from "@/db/client";
import { newId } from "@/server/domain/ids";
import { createFinisher, FINISH_UNCOUNTED, type FinishRecord } from "../finish";

// Run as a program of its own: settles generations as a worker does (end, attempt, cost lines, picture, event, outbox) and
// the same without outbox and cost lines, and writes bare rows of generations, at so many writers, in turn. Prints a line
// of JSON a number of writers.
const ENVIRONMENT = "bench";
const ROUNDS = 5;
const ROUND_MS = 2_000;
const PREPARED = 12_000;
const WRITERS = [1, 16, 64];

const { pool } = connect({ url: process.env.DATABASE_URL ?? "", name: "bench", ...POOL_LIMITS.worker });
const finish = createFinisher(pool);
const finishUncounted = createFinisher(pool, FINISH_UNCOUNTED);
const bare = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Math.max(...WRITERS) });

const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/** How many a second, of so many writers that each do one after another, until the time or the work is over. */
async function perSecond(writers: number, write: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const since = performance.now();
  const isOver = () => performance.now() - since > ROUND_MS || next >= PREPARED;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (!isOver()) await write(next++);
    }),
  );
  return (next * 1_000) / (performance.now() - since);
}

interface Held {
  generationId: string;
  attemptId: string;
}

/** Generations that this process holds, each with an attempt that runs. */
async function prepare(): Promise<Held[]> {
  const held = Array.from({ length: PREPARED }, () => ({ generationId: newId(), attemptId: newId() }));
  await bare.query(
    `with i as (select * from jsonb_to_recordset($1::jsonb) as x("generationId" uuid, "attemptId" uuid)),
      g as (insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed, model,
          attempt_count, deadline_at, lease_until, lease_owner, fence)
        select "generationId", $2, 'bench', 'bench', 'api', 'txt2img', 'storing', 'comfyui', 1, true, 'flux1-dev-fp8', 1,
          now() + interval '1 hour', now() + interval '1 hour', 'bench', 1 from i returning id)
      insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, job_id, model, deadline_at)
      select "attemptId", "generationId", 1, $2, 'comfyui', 'primary', 1, '{}', 'running', "attemptId"::text, 'flux1-dev-fp8',
        now() + interval '1 hour' from i join g on g.id = i."generationId"`,
    [JSON.stringify(held), ENVIRONMENT],
  );
  // As autovacuum does within the minute: a plan for empty tables would read them whole.
  await bare.query("analyze generations, attempts");
  return held;
}

const SHA = "ab".repeat(32);
const line = { unit: "gpu_second" as const, priceId: null, note: null };

function recordOf({ generationId, attemptId }: Held): FinishRecord {
  return {
    generationId,
    fence: 1,
    outcome: {
      attemptId,
      state: "succeeded",
      failureMode: null,
      failureMessage: null,
      failureRaw: null,
      httpStatus: 200,
      delayMs: 812,
      executionMs: 3_120,
      storeMs: 140,
      workerId: "worker-1",
      coldClass: "warm",
      coldRule: 1,
      coldBecause: "its worker had just ended another job",
      startUpMs: null,
      evidence: null,
      billedUnits: null,
      costMicros: 2_300,
      lines: [
        { ...line, kind: "execution", costMicros: 1_800, units: 3 },
        { ...line, kind: "idle_tail", costMicros: 500, units: 1 },
      ],
    },
    ending: {
      kind: "end",
      state: "succeeded",
      failureMode: null,
      coldClass: "warm",
      images: [
        {
          sha256: SHA,
          mimeType: "image/png",
          width: 1_024,
          height: 1_024,
          sizeBytes: 1_200_000,
          location: "disk",
          objectKey: `objects/ab/ab/${SHA}.png`,
          decoded: { mimeType: "image/png", width: 1_024, height: 1_024, deviation: 60, alpha: null },
          diskId: null,
        },
      ],
      baselineMicros: 75_000,
      warnings: [],
      message: null,
    },
  };
}

const insertBare = () =>
  bare.query({
    name: "bare",
    text: `insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed, model,
        cold_class, attempt_count, image_count, latency_ms, cost_micros, baseline_micros, deadline_at, finished_at)
      values ($1, $2, 'bench', 'bench', 'api', 'txt2img', 'succeeded', 'comfyui', 1, true, 'flux1-dev-fp8', 'warm', 1, 1, 4100, 2300, 75000,
        now() + interval '1 hour', now())`,
    values: [newId(), ENVIRONMENT],
  });

await bare.query("insert into environments (name, current_revision) values ($1, 1)", [ENVIRONMENT]);
await bare.query(
  `insert into rollout_revisions (id, environment, number, candidate_share_bp, phase, salt, source, actor)
    values (gen_random_uuid(), $1, 1, 5000, 'gradual', 'salt', 'cli', 'bench')`,
  [ENVIRONMENT],
);
async function settlePerSecond(writers: number, settle: typeof finish): Promise<number> {
  const held = await prepare();
  return perSecond(writers, async (index) => {
    const one = held[index];
    if (one && !(await settle(recordOf(one)))) throw new Error("a generation was not settled");
  });
}

for (const writers of WRITERS) {
  const settled: number[] = [];
  const uncounted: number[] = [];
  const inserted: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    settled.push(await settlePerSecond(writers, finish));
    uncounted.push(await settlePerSecond(writers, finishUncounted));
    inserted.push(await perSecond(writers, insertBare));
  }
  const [settledPerSecond, uncountedPerSecond, insertedPerSecond] = [settled, uncounted, inserted].map(median);
  process.stdout.write(`${JSON.stringify({ writers, settledPerSecond, uncountedPerSecond, insertedPerSecond })}\n`);
}
await bare.end();
await pool.end();
