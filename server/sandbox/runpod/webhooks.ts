import type { Clock } from "../clock";
import { strikeOf } from "../faults";
import type { JsonObject } from "../http";
import { token } from "../random";
import type { RunpodJob } from "./job";

/** Measured: the second try comes 5 s after the first, the third 15 s after the second. */
const RETRY_AFTER_MS = [5_000, 15_000];

/** Tells a job's URL that it has ended. Failing deliveries never change the job. */
export class Webhooks {
  readonly delivered: { jobId: string; url: string; attempt: number; status: number | null; at: number }[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly documentOf: (job: RunpodJob) => Promise<JsonObject>,
  ) {}

  plan(job: RunpodJob): void {
    if (job.webhook === null || (job.status !== "COMPLETED" && job.status !== "FAILED")) return;
    if (strikeOf(job.strikes, "lost_webhook") !== null) return;
    const late = strikeOf(job.strikes, "late_webhook");
    const delayMs = late === null ? 50 : (late.value ?? 60) * 1000;
    this.clock.after(delayMs, () => void this.deliver(job, job.webhook ?? "", 1));
    if (strikeOf(job.strikes, "repeated_webhook") === null) return;
    for (const extraMs of [400, 3_000])
      this.clock.after(delayMs + extraMs, () => void this.deliver(job, job.webhook ?? "", 3));
  }

  private async deliver(job: RunpodJob, url: string, attempt: number): Promise<void> {
    const status = await this.post(job, url);
    this.delivered.push({ jobId: job.id, url, attempt, status, at: this.clock.now() });
    if (this.delivered.length > 1_000) this.delivered.shift();
    const pause = RETRY_AFTER_MS[attempt - 1];
    if ((status !== null && status >= 200 && status < 300) || pause === undefined) return;
    this.clock.after(pause, () => void this.deliver(job, url, attempt + 1));
  }

  private async post(job: RunpodJob, url: string): Promise<number | null> {
    try {
      const document = await this.documentOf(job);
      const response = await fetch(url, {
        method: "POST",
        redirect: "manual",
        headers: {
          "content-type": "application/json",
          "user-agent": "Go-http-client/2.0",
          traceparent: `00-${token(32, job.id).replace(/[g-z]/g, "a")}-${token(16, job.id, "span").replace(/[g-z]/g, "b")}-01`,
        },
        body: JSON.stringify({ ...document, input: job.readInput(), webhook: url }),
        signal: AbortSignal.timeout(10_000),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return null;
    }
  }
}
