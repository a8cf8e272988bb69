import type { WorkerCounts } from "@/server/domain/cold-start";
import type { ProviderId } from "@/server/domain/vocabulary";
import type { ImageProvider } from "@/server/providers/types";
import { AimdLimiter, type Place, RetryBudget, TokenBucket } from "./limiter";

const HEALTH_EVERY_MS = 2_000;
/** However fast a sandbox's clock runs. */
const HEALTH_LEAST_MS = 100;
const POLL_LEAST_MS = 100;
const FAILING_FROM = 3;
const LONGEST_PAUSE_MS = 5_000;
const HEALTH_TIMEOUT_MS = 4_000;

/** What this process knows of one provider in one environment. Nothing here must survive a restart. */
export class Lane {
  readonly submits: AimdLimiter;
  readonly polls: TokenBucket;
  readonly retries = new RetryBudget();
  /** Open jobs there, over all instances, as last counted. */
  openJobs = 0;
  #failuresInRow = 0;
  #workers: { counts: WorkerCounts; readAtMs: number } | null = null;
  #reading: Promise<void> | null = null;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly environment: string,
    readonly provider: ProviderId,
    readonly adapter: ImageProvider,
    private readonly options: { pollsPerSecond: number; clockFactor: number },
    private readonly now: () => number = () => performance.now(),
  ) {
    this.submits = new AimdLimiter({ start: 64, min: 4, max: 512 }, now);
    this.polls = new TokenBucket(options.pollsPerSecond, now);
  }

  /** A span of our time as the provider's clock shows it: a sandbox's may run faster, and it reports in its own time. */
  theirMs(ourMs: number): number {
    return Math.round(ourMs * this.options.clockFactor);
  }

  /** The last worker counts and their age in the provider's time; null where it shows none or none were read yet. */
  workers(): { counts: WorkerCounts; ageMs: number } | null {
    return this.#workers
      ? { counts: this.#workers.counts, ageMs: this.theirMs(this.now() - this.#workers.readAtMs) }
      : null;
  }

  /**
   * Asks for the counts at most every two seconds, whoever calls; a failed reading is no reading. Resolves when the
   * reading under way is there, or when the caller has waited long enough.
   */
  async readWorkers(waitMs: number): Promise<void> {
    const reading = this.#askForWorkers();
    if (!reading || waitMs <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([reading, enough]).finally(() => clearTimeout(timer));
  }

  #askForWorkers(): Promise<void> | null {
    if (!this.adapter.workers) return null;
    const everyMs = Math.max(HEALTH_LEAST_MS, HEALTH_EVERY_MS / this.options.clockFactor);
    if (this.now() - this.#askedAtMs < everyMs) return this.#reading;
    this.#askedAtMs = this.now();
    this.#reading = this.adapter
      .workers({ signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
      .then((counts) => {
        this.#workers = { counts, readAtMs: this.now() };
      })
      .catch(() => undefined)
      .finally(() => {
        this.#reading = null;
      });
    return this.#reading;
  }

  /** It has refused every submit for a while: the breaker is open. */
  isFailing(): boolean {
    return this.#failuresInRow >= FAILING_FROM;
  }

  recordSuccess(place: Place): void {
    this.#failuresInRow = 0;
    this.submits.release(place, "ok");
  }

  /**
   * After refusals for load or an outage the lane pauses, longer each time, up to five seconds: submission stops,
   * traffic does not move. Where it goes instead is decided per generation, on its receipt. One refusal pauses nobody:
   * what was refused waits by itself as long as the provider asked, and fewer are sent at once.
   */
  recordPushBack(place: Place, retryAfterMs: number | null): void {
    if (this.submits.release(place, "pushed_back")) this.#failuresInRow += 1;
    if (!this.isFailing()) return;
    const outageMs = 125 * 2 ** Math.min(this.#failuresInRow, 6);
    this.submits.pause(Math.min(LONGEST_PAUSE_MS, Math.max(retryAfterMs ?? 0, outageMs)));
  }

  /** When to look at a job again: soon while it is young, and never faster than all open jobs' share of the limit. */
  nextPollMs(jobAgeMs: number, random: number): number {
    const wanted = Math.min(5_000, Math.max(400, this.theirMs(jobAgeMs) * 0.12)) / this.options.clockFactor;
    const fairShare = (this.openJobs / Math.max(1, this.polls.rate)) * 1000;
    return Math.max(wanted, POLL_LEAST_MS, fairShare) * (0.85 + random * 0.3);
  }
}
