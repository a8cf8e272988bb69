import type { BlobStore } from "../blobs";
import type { Studio } from "../draw/studio";
import { strikeOf } from "../faults";
import { BodyTooLarge, type Exchange, type JsonObject, readBody, sendJson } from "../http";
import { strikeCall, type Wording } from "../http-faults";
import { RateWindow } from "../rate-limit";
import type { Endpoint } from "./endpoint";
import { isTerminal, type RunpodJob } from "./job";
import { jobDocument, type UploadImage } from "./job-document";
import { newRunpodJob, type Submission } from "./new-job";
import { describeInput, parseSubmission } from "./submission";
import { Webhooks } from "./webhooks";

const RUN_LIMIT = 10 * 1024 * 1024;
const RUNSYNC_LIMIT = 20 * 1000 * 1000;

/** Per ten seconds, and at the same time. */
const LIMITS: Record<string, { perWindow: number; concurrent: number }> = {
  runsync: { perWindow: 2000, concurrent: 400 },
  run: { perWindow: 1000, concurrent: 200 },
  status: { perWindow: 2000, concurrent: 400 },
  stream: { perWindow: 2000, concurrent: 400 },
  cancel: { perWindow: 100, concurrent: 20 },
  "purge-queue": { perWindow: 2, concurrent: Number.POSITIVE_INFINITY },
  requests: { perWindow: 10, concurrent: 2 },
};

const problem = (status: number, title: string, detail: string) => ({ status, title, detail });
const badRequest = (detail: string) => problem(400, "Bad Request", `bad request: ${detail}`);

const WORDING: Wording = {
  rateLimited: () => problem(429, "Too Many Requests", "too many requests"),
  unauthorized: () => problem(401, "Unauthorized", "invalid api key"),
  forbidden: () => problem(403, "Forbidden", "access denied"),
  paymentRequired: () => problem(402, "Payment Required", "insufficient balance"),
  notFound: () => problem(404, "Not Found", "not found"),
  serverError: (status) => problem(status, "Internal Server Error", "internal error"),
};

export interface JobPlaneDeps {
  endpoint: Endpoint;
  endpointId: string;
  apiKey: string;
  blobs: BlobStore;
  studio: Studio;
  upload: UploadImage;
  /** False: never 429 by itself, for load tests. */
  rateLimits: boolean;
  /** True while the key counts as revoked. */
  isRevoked: () => boolean;
  /** True while every key counts as right. */
  takesAnyKey: () => boolean;
}

/** `https://api.runpod.ai`: everything under `/v2/{endpointId}`. */
export class JobPlane {
  readonly webhooks: Webhooks;
  private readonly jobs = new Map<string, RunpodJob>();
  private readonly finished: RunpodJob[] = [];
  private readonly waiters = new Map<string, Set<() => void>>();
  private readonly windows = new Map<string, RateWindow>();
  private readonly active = new Map<string, number>();
  private sequence = 0;

  constructor(private readonly deps: JobPlaneDeps) {
    const { clock } = deps.endpoint.deps;
    this.webhooks = new Webhooks(clock, (job) => this.document(job));
    for (const [operation, { perWindow }] of Object.entries(LIMITS)) {
      this.windows.set(operation, new RateWindow(clock, 10_000, perWindow));
    }
    deps.endpoint.onEnd = (job) => this.ended(job);
  }

  async handle(exchange: Exchange): Promise<void> {
    const { method, path, res } = exchange;
    const refusal = this.authorise(exchange);
    if (refusal !== null) return sendJson(res, refusal.status, refusal);
    const [version, endpointId, operation = "", jobId] = path.split("/").slice(1);
    if (version !== "v2" || endpointId !== this.deps.endpointId) {
      return sendJson(res, 404, problem(404, "Not Found", "endpoint not found"));
    }
    const limited = operation === "status-sync" ? "status" : operation;
    if (!this.mayCall(limited)) return sendJson(res, 429, WORDING.rateLimited());
    this.active.set(limited, (this.active.get(limited) ?? 0) + 1);
    res.once("close", () => this.active.set(limited, (this.active.get(limited) ?? 1) - 1));

    if (method === "POST" && (operation === "run" || operation === "runsync")) return this.submit(exchange, operation);
    const job = jobId === undefined ? null : this.find(jobId);
    const prompt = job?.prompt;
    // The prompt's own faults are for the submission; rules reach every call about the job.
    const { faults } = this.deps.endpoint.deps;
    const chance = { provider: "runpod" as const, operation: limited, prompt: prompt?.replaceAll("[fault:", "[") };
    if (strikeCall(exchange, faults.forCall(chance), WORDING)) return;
    if (method === "GET" && operation === "health") return sendJson(res, 200, this.deps.endpoint.health.read());
    if (method === "GET" && operation === "requests") {
      const requests = [...this.jobs.values()].slice(-100).map(({ id, status }) => ({ id, status }));
      return sendJson(res, 200, { requests });
    }
    if (method === "POST" && operation === "purge-queue") {
      return sendJson(res, 200, { removed: this.deps.endpoint.purge(), status: "completed" });
    }
    if (jobId === undefined) return sendJson(res, 404, WORDING.notFound());
    if (job === null) return sendJson(res, 404, problem(404, "Not Found", "job not found"));
    if (method === "GET" && operation === "status") return sendJson(res, 200, await this.document(job));
    if (method === "GET" && operation === "status-sync") return this.answerWhenDone(exchange, job);
    if (method === "POST" && operation === "cancel") return this.cancel(exchange, job);
    if (method === "POST" && operation === "retry") return this.retry(exchange, job);
    if (method === "GET" && operation === "stream") return sendJson(res, 200, { status: job.status, stream: [] });
    sendJson(res, 404, WORDING.notFound());
  }

  /** For the control API and tests. */
  find(jobId: string): RunpodJob | null {
    this.purgeExpired();
    const job = this.jobs.get(jobId) ?? null;
    return job !== null && this.isExpired(job) ? null : job;
  }

  private authorise({ headers }: Exchange): { status: number } | null {
    const given = headers.authorization;
    if (given === undefined || given === "") return problem(401, "Unauthorized", "no token provided");
    if (this.deps.takesAnyKey()) return null;
    const isKey = given === `Bearer ${this.deps.apiKey}` || given === this.deps.apiKey;
    return isKey && !this.deps.isRevoked() ? null : problem(401, "Unauthorized", "invalid api key");
  }

  private mayCall(operation: string): boolean {
    const limit = LIMITS[operation];
    if (limit === undefined || !this.deps.rateLimits) return true;
    if ((this.active.get(operation) ?? 0) >= limit.concurrent) return false;
    return this.windows.get(operation)?.take() ?? true;
  }

  private async submit(exchange: Exchange, operation: "run" | "runsync"): Promise<void> {
    const { res, req } = exchange;
    let body: unknown;
    let bytes: Buffer;
    try {
      bytes = await readBody(req, operation === "run" ? RUN_LIMIT : RUNSYNC_LIMIT);
      body = JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      const size = operation === "run" ? "10MiB" : "20MB";
      if (error instanceof BodyTooLarge)
        return sendJson(res, 400, badRequest(`body: exceeded max body size of ${size}`));
      if (error instanceof SyntaxError) return sendJson(res, 400, badRequest("body: invalid json"));
      throw error;
    }
    const parsed = parseSubmission(body);
    if (typeof parsed === "string") return sendJson(res, 400, badRequest(parsed));
    const { prompt, operation: kind } = describeInput(parsed.input);
    const chance = { provider: "runpod" as const, prompt };
    const { faults } = this.deps.endpoint.deps;
    if (strikeCall(exchange, faults.forCall({ ...chance, operation }), WORDING)) return;
    const job = await this.accept(parsed, { sync: operation === "runsync", prompt, kind, size: bytes.length });
    job.strikes = faults.forJob({ ...chance, operation: kind });
    job.truth.faults = job.strikes.map((strike) => strike.kind);
    this.deps.endpoint.submit(job);
    if (operation === "run") return sendJson(res, 200, { id: job.id, status: "IN_QUEUE" });
    return this.answerWhenDone(exchange, job);
  }

  private async accept(
    submission: Submission,
    { sync, prompt, kind, size }: { sync: boolean; prompt: string; kind: string; size: number },
  ): Promise<RunpodJob> {
    const { endpoint, blobs } = this.deps;
    const { input } = submission;
    const inputBlob = size > 32_768 ? await blobs.put(Buffer.from(JSON.stringify(input))) : null;
    const job = newRunpodJob(endpoint.deps, {
      submission,
      sequence: ++this.sequence,
      sync,
      prompt,
      operation: kind,
      inputBlob,
      readInput: inputBlob === null ? () => input : () => JSON.parse(blobs.get(inputBlob).toString("utf8")),
    });
    this.jobs.set(job.id, job);
    return job;
  }

  private async answerWhenDone(exchange: Exchange, job: RunpodJob): Promise<void> {
    const asked = Number(exchange.query.get("wait") ?? 90_000);
    const waitMs = Math.min(300_000, Math.max(1_000, Number.isFinite(asked) ? asked : 90_000));
    if (!isTerminal(job.status)) await this.waitFor(job, waitMs, exchange);
    if (exchange.res.destroyed) return;
    sendJson(exchange.res, 200, await this.document(job));
  }

  private waitFor(job: RunpodJob, waitMs: number, { res }: Exchange): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        waiting.delete(done);
        if (waiting.size === 0) this.waiters.delete(job.id);
        resolve();
      };
      const waiting = this.waiters.get(job.id) ?? new Set<() => void>();
      this.waiters.set(job.id, waiting.add(done));
      const timer = this.deps.endpoint.deps.clock.after(waitMs, done);
      res.once("close", done);
    });
  }

  private cancel({ res }: Exchange, job: RunpodJob) {
    if (!this.deps.endpoint.cancel(job)) {
      return sendJson(res, 400, badRequest(`job is already ${job.status} and cannot be cancelled`));
    }
    sendJson(res, 200, { id: job.id, status: "CANCELLED" });
  }

  private retry({ res }: Exchange, job: RunpodJob) {
    if (job.status !== "FAILED" && job.status !== "TIMED_OUT") {
      return sendJson(res, 400, badRequest("only FAILED or TIMED_OUT jobs can be retried"));
    }
    const at = this.finished.indexOf(job);
    if (at >= 0) this.finished.splice(at, 1);
    this.deps.endpoint.retry(job);
    sendJson(res, 200, { id: job.id, status: "IN_QUEUE" });
  }

  private document(job: RunpodJob): Promise<JsonObject> {
    const { studio, endpoint, upload } = this.deps;
    return jobDocument(job, { studio, settings: endpoint.settings, upload });
  }

  private ended(job: RunpodJob): void {
    this.finished.push(job);
    for (const wake of [...(this.waiters.get(job.id) ?? [])]) wake();
    this.webhooks.plan(job);
    this.purgeExpired();
  }

  private isExpired(job: RunpodJob): boolean {
    if (job.finishedAt === null) return false;
    if (strikeOf(job.strikes, "expired_result") !== null) return true;
    const kept = this.deps.endpoint.settings.resultRetentionMs / (job.sync ? 30 : 1);
    return this.deps.endpoint.now >= job.finishedAt + kept;
  }

  private purgeExpired(): void {
    for (let oldest = this.finished[0]; oldest !== undefined && this.isExpired(oldest); oldest = this.finished[0]) {
      this.finished.shift();
      this.jobs.delete(oldest.id);
      if (oldest.inputBlob !== null) this.deps.blobs.release(oldest.inputBlob);
    }
  }
}
