import type { AttemptState, ProviderId } from "@/server/domain/vocabulary";
import type { AttemptRow, History, ProviderJob } from "../history";
import { type BrokenPromise, groupBy } from "./broken-promise";

export interface SpendLimits {
  /** Paid attempts that the configuration allows a generation. */
  maxAttempts: number;
  /** How far the sandbox's clock and the database's may be apart. */
  clockToleranceMs: number;
}

const UNEXPLAINED: ReadonlySet<AttemptState> = new Set(["intent", "submitted", "running"]);

/**
 * P4: every job at a provider has an attempt that was committed before the job existed, and every attempt ends in an
 * explained state. Jobs whose id we never learnt are matched to attempts of their generation that know no job.
 */
export function checkNoUnrecordedSpend(history: History, limits: SpendLimits): BrokenPromise[] {
  const { attempts } = history.database;
  const broken: BrokenPromise[] = [];
  const wrong = (subject: string, what: string) => void broken.push({ promise: "P4", subject, what });
  const byJob = new Map(attempts.flatMap((attempt) => (attempt.jobId === null ? [] : [[attempt.jobId, attempt]])));
  const unknown: ProviderJob[] = [];
  for (const job of history.jobs) {
    const attempt = byJob.get(job.jobId);
    if (!attempt) unknown.push(job);
    else checkPair(job, attempt, limits, wrong);
  }

  const generationOfTag = tagsToGenerations(history);
  const jobless = groupBy(
    attempts.filter((attempt) => attempt.jobId === null),
    (attempt) => placeOf(attempt.generationId, attempt.provider),
  );
  for (const job of [...unknown].sort((a, b) => a.submittedAtMs - b.submittedAtMs)) {
    const generationId = generationOfTag(job.prompt);
    if (generationId === null) {
      wrong(job.jobId, `is a job for "${job.prompt.slice(0, 60)}", which no generation asked for`);
      continue;
    }
    const free = jobless.get(placeOf(generationId, job.provider)) ?? [];
    // The attempt that can explain the job: written before it, the latest first.
    const candidates = free.filter((attempt) => attempt.createdAtMs <= job.submittedAtMs + limits.clockToleranceMs);
    const attempt = candidates.sort((a, b) => b.createdAtMs - a.createdAtMs)[0];
    if (!attempt) {
      wrong(job.jobId, `is a job of generation ${generationId} without an attempt that was recorded before it`);
      continue;
    }
    free.splice(free.indexOf(attempt), 1);
    checkPair(job, attempt, limits, wrong);
  }

  for (const attempt of attempts)
    if (UNEXPLAINED.has(attempt.state)) wrong(attempt.id, `is an attempt that nobody settled: still ${attempt.state}`);
  return broken;
}

/** P5: a second paid attempt only by recorded policy, never more than allowed, and never two results paid for as one. */
export function checkBoundedSpend(history: History, limits: SpendLimits): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const wrong = (subject: string, what: string) => void broken.push({ promise: "P5", subject, what });
  const perGeneration = groupBy(history.database.attempts, (attempt) => attempt.generationId);
  for (const [generationId, attempts] of perGeneration) {
    // One that was provably not sent is paid by nobody and may be repeated.
    const paid = attempts.filter((attempt) => attempt.state !== "not_sent").length;
    if (paid > limits.maxAttempts) wrong(generationId, `has ${paid} paid attempts; ${limits.maxAttempts} are allowed`);
    const numbers = attempts.map((attempt) => attempt.number).sort((a, b) => a - b);
    if (numbers.some((number, index) => number !== index + 1))
      wrong(generationId, `has attempts numbered ${numbers.join(", ")}`);
    for (const attempt of attempts) {
      if ((attempt.number === 1) !== (attempt.reason === "primary"))
        wrong(generationId, `has attempt ${attempt.number} for the reason "${attempt.reason}"`);
    }
    if (attempts.filter((attempt) => attempt.state === "succeeded").length > 1)
      wrong(generationId, "has two attempts that succeeded");
  }
  return broken;
}

function checkPair(
  job: ProviderJob,
  attempt: AttemptRow,
  limits: SpendLimits,
  wrong: (subject: string, what: string) => void,
): void {
  const lateMs = attempt.createdAtMs - job.submittedAtMs;
  if (lateMs > limits.clockToleranceMs)
    wrong(job.jobId, `was sent ${Math.round(lateMs)} ms before its attempt ${attempt.id} was recorded`);
  if (attempt.provider !== job.provider)
    wrong(job.jobId, `runs at ${job.provider}; its attempt says ${attempt.provider}`);
  if (attempt.state === "not_sent") wrong(job.jobId, `exists, and its attempt ${attempt.id} says that it was not sent`);
}

const placeOf = (generationId: string, provider: ProviderId) => `${generationId} ${provider}`;

function tagsToGenerations(history: History): (prompt: string) => string | null {
  const idOfKey = new Map(history.database.generations.map((row) => [row.idempotencyKey, row.id]));
  const idOfTag = new Map(history.clients.map((entry) => [entry.tag, idOfKey.get(entry.key) ?? null]));
  return (prompt) => {
    for (const word of prompt.split(/\s+/)) {
      const id = idOfTag.get(word);
      if (id) return id;
    }
    return null;
  };
}
