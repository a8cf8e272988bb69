import type pg from "pg";
import type { ProviderJob } from "../chaos/history";
import type { DrillOptions, Flip } from "./drill-types";
import { type DrillFigures, quantilesOf } from "./report";

interface AttemptRow {
  provider: string;
  revision: number;
  jobId: string | null;
  state: string;
  createdAtMs: number;
  finishedAtMs: number | null;
}

/** Everything is read from recorded rows and the provider's own ledger, after the load has ended. */
export async function readFigures(input: {
  pool: pg.Pool;
  environment: string;
  flips: Flip[];
  jobs: ProviderJob[];
  options: DrillOptions;
  accepted: number;
  refused: number;
}): Promise<DrillFigures> {
  const { pool, environment, flips, options } = input;
  const revisions = await pool.query<{ number: number; atMs: number }>(
    `select number, (extract(epoch from created_at) * 1000)::float8 as "atMs" from rollout_revisions where environment = $1`,
    [environment],
  );
  const committedAt = new Map(revisions.rows.map((row) => [row.number, row.atMs]));
  const { rows: attempts } = await pool.query<AttemptRow>(
    `select a.provider, a.revision, a.job_id as "jobId", a.state, (extract(epoch from a.created_at) * 1000)::float8 as "createdAtMs",
        (extract(epoch from a.finished_at) * 1000)::float8 as "finishedAtMs"
      from attempts a where a.environment = $1 order by a.created_at`,
    [environment],
  );
  const { rows: failures } = await pool.query<{ why: string; n: number }>(
    `select concat_ws(', ', g.state, g.provider, g.failure_mode, e.data ->> 'message') as why, count(*)::int as n
      from generations g left join generation_events e on e.generation_id = g.id and e.terminal
      where g.environment = $1 and g.state is distinct from 'succeeded' group by 1 order by 2 desc, 1`,
    [environment],
  );
  const receivedAt = new Map(input.jobs.map((job) => [job.jobId, job.submittedAtMs]));
  const figures: DrillFigures = {
    rps: options.rps,
    instances: options.instances,
    flips: flips.length,
    database: options.databaseUrl === null ? "embedded" : "outside",
    accepted: input.accepted,
    refused: input.refused,
    lateIntents: 0,
    pressToCommitMs: quantilesOf(flips.map((flip) => flip.answeredAtMs - flip.pressedAtMs)),
    commitToLastJobMs: quantilesOf([]),
    commitToFirstNewMs: quantilesOf([]),
    inFlight: 0,
    inFlightSucceeded: 0,
    failed: failures.reduce((sum, { n }) => sum + n, 0),
    failures,
  };
  const lastJob: number[] = [];
  const firstNew: number[] = [];
  for (const { revision } of flips) {
    const commitMs = committedAt.get(revision) ?? 0;
    const untilMs = committedAt.get(revision + 1) ?? Number.POSITIVE_INFINITY;
    const before = attempts.filter((attempt) => attempt.provider === "comfyui" && attempt.revision === revision - 1);
    figures.lateIntents += attempts.filter(
      (attempt) => attempt.provider === "comfyui" && attempt.createdAtMs > commitMs && attempt.createdAtMs < untilMs,
    ).length;
    const received = before.map((attempt) => receivedAt.get(attempt.jobId ?? "") ?? Number.NEGATIVE_INFINITY);
    if (received.length > 0) lastJob.push(Math.max(...received) - commitMs);
    const next = attempts.find((attempt) => attempt.provider === "scenario" && attempt.revision === revision);
    if (next) firstNew.push(next.createdAtMs - commitMs);
    const there = before.filter((attempt) => (attempt.finishedAtMs ?? Number.POSITIVE_INFINITY) > commitMs);
    figures.inFlight += there.length;
    figures.inFlightSucceeded += there.filter((attempt) => attempt.state === "succeeded").length;
  }
  figures.commitToLastJobMs = quantilesOf(lastJob);
  figures.commitToFirstNewMs = quantilesOf(firstNew);
  return figures;
}
