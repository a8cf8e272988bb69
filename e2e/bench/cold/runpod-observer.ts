import { z } from "zod";
import {
  type ColdStartEvidence,
  type ColdStartVerdict,
  classifyColdStart,
  type WorkerCounts,
} from "@/server/domain/cold-start";
import {
  NO_SIGNS,
  type WaitSigns,
  type WorkerRun,
  withReading,
  workerLastSeenMsAgo,
} from "@/server/domain/cold-start-signs";
import type { SandboxProcess } from "./sandbox-process";
import { call, type FastClock, fluxInput, jobPlane } from "./speak";

const statusSchema = z.object({
  status: z.string(),
  delayTime: z.number().nullish(),
  executionTime: z.number().nullish(),
  workerId: z.string().nullish(),
  retries: z.number().nullish(),
});
const healthSchema = z.object({
  jobs: z.object({ inProgress: z.number().default(0), inQueue: z.number().default(0) }),
  workers: z.object({
    idle: z.number().default(0),
    initializing: z.number().default(0),
    ready: z.number().default(0),
    running: z.number().default(0),
    throttled: z.number().default(0),
    unhealthy: z.number().default(0),
  }),
});

const HEALTH_EVERY_MS = 2_000;

export interface Judged {
  jobId: string;
  verdict: ColdStartVerdict;
  evidence: ColdStartEvidence;
}

/** Runs jobs on one endpoint and collects the evidence that the engine collects, in its rhythm and no more than it. */
export class RunpodObserver {
  readonly #key: string;
  readonly #base: string;
  readonly #runs = new Map<string, Map<string, WorkerRun>>();
  #open = 0;
  #health: { counts: WorkerCounts; atMs: number } | null = null;
  #reading: Promise<void> | null = null;

  constructor(
    sandbox: SandboxProcess,
    private readonly clock: FastClock,
    private readonly idleTimeoutMs: number,
  ) {
    this.#key = `Bearer ${sandbox.credentials.runpodApiKey}`;
    this.#base = jobPlane(sandbox);
  }

  /** One job from submission to its end. */
  async run(prompt: string, seed: number): Promise<Judged> {
    await this.#readHealth();
    const before = this.#health;
    const aheadOfUs = this.#open;
    this.#open += 1;
    const submittedAtMs = this.clock.nowMs();
    const workersBeforeAgeMs = before === null ? null : Math.round(submittedAtMs - before.atMs);
    const accepted = await call("POST", `${this.#base}/run`, this.#key, { input: fluxInput(prompt, seed) });
    const { id: jobId } = z.object({ id: z.string() }).parse(accepted);
    let signs: WaitSigns = NO_SIGNS;
    for (;;) {
      const waitedMs = this.clock.nowMs() - submittedAtMs;
      await this.clock.wait(Math.min(5_000, Math.max(400, waitedMs * 0.12)));
      const job = statusSchema.parse(await call("GET", `${this.#base}/status/${jobId}`, this.#key));
      if (job.status === "IN_QUEUE") {
        await this.#readHealth();
        if (this.#health) signs = withReading(signs, this.#health.counts, this.#health.atMs - submittedAtMs);
        continue;
      }
      this.#note(jobId, submittedAtMs, job);
      if (job.status === "IN_PROGRESS") continue;
      this.#open -= 1;
      const evidence: ColdStartEvidence = {
        provider: "comfyui",
        delayMs: job.delayTime ?? null,
        workerId: job.workerId ?? null,
        workerLastSeenMsAgo: this.#lastSeen(jobId, submittedAtMs, job),
        idleTimeoutMs: this.idleTimeoutMs,
        workersBefore: before?.counts ?? null,
        workersBeforeAgeMs,
        ...signs,
        aheadOfUs,
        retries: job.retries ?? null,
        warmingUpMs: null,
      };
      return { jobId, verdict: classifyColdStart(evidence), evidence };
    }
  }

  #note(jobId: string, submittedAtMs: number, job: z.infer<typeof statusSchema>): void {
    if (!job.workerId || job.delayTime == null) return;
    const onWorker = this.#runs.get(job.workerId) ?? new Map<string, WorkerRun>();
    onWorker.set(jobId, { submittedAtMs, delayMs: job.delayTime, executionMs: job.executionTime ?? null });
    this.#runs.set(job.workerId, onWorker);
  }

  #lastSeen(jobId: string, submittedAtMs: number, job: z.infer<typeof statusSchema>): number | null {
    if (!job.workerId || job.delayTime == null) return null;
    const others = [...(this.#runs.get(job.workerId) ?? [])].filter(([id]) => id !== jobId).map(([, run]) => run);
    return workerLastSeenMsAgo({ submittedAtMs, delayMs: job.delayTime }, others);
  }

  /** At most one reading in two seconds, whoever asks. */
  async #readHealth(): Promise<void> {
    if (this.#health && this.clock.nowMs() - this.#health.atMs < HEALTH_EVERY_MS) return;
    this.#reading ??= this.#fetchHealth().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  async #fetchHealth(): Promise<void> {
    const atMs = this.clock.nowMs();
    const { jobs, workers } = healthSchema.parse(await call("GET", `${this.#base}/health`, this.#key));
    this.#health = { counts: { ...workers, jobsInQueue: jobs.inQueue, jobsInProgress: jobs.inProgress }, atMs };
  }
}
