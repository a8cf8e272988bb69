import type pg from "pg";
import { LEASE_MS, RENEW_EVERY_MS, renewLeases } from "./claim";
import { debugPoint } from "./debug-points";

/** Calls that begin this close to the lease's end may be answered after it. */
const LEASE_MARGIN_MS = 1_500;

interface Held {
  fence: number;
  /** When the claim or the last renewal was asked for: the lease is at least as young as that. */
  renewedAtMs: number;
  controller: AbortController;
  cancel: AbortController;
}

/**
 * The leases of this process while a step is under way. They are renewed together; a step whose lease was lost is
 * aborted, since another instance may be at it already.
 */
export class HeldLeases {
  readonly #held = new Map<string, Held>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.#renew(), RENEW_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Runs a step under the generation's lease; its signal aborts when the lease is lost or the process stops. */
  async during<T>(
    generation: { id: string; fence: number; claimedAtMs: number },
    step: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const entry = {
      fence: generation.fence,
      renewedAtMs: generation.claimedAtMs,
      controller: new AbortController(),
      cancel: new AbortController(),
    };
    this.#held.set(generation.id, entry);
    try {
      return await step(entry.controller.signal);
    } finally {
      if (this.#held.get(generation.id) === entry) this.#held.delete(generation.id);
    }
  }

  /**
   * By this process's own clock. A process that was stopped for a while (SIGSTOP, a suspended machine) goes on in the
   * middle of a step and has not heard yet that another has taken over: it must ask here before it spends money.
   */
  isSurelyHeld(generation: { id: string; fence: number }): boolean {
    const entry = this.#held.get(generation.id);
    if (entry?.fence !== generation.fence || entry.controller.signal.aborted) return false;
    return performance.now() - entry.renewedAtMs < LEASE_MS - LEASE_MARGIN_MS;
  }

  /** Aborts when the caller was seen to have cancelled: for steps that nobody needs to see through then. */
  cancelSignal(generation: { id: string; fence: number }): AbortSignal {
    const entry = this.#held.get(generation.id);
    return entry?.fence === generation.fence ? entry.cancel.signal : AbortSignal.abort();
  }

  current(): { id: string; fence: number }[] {
    return [...this.#held].map(([id, { fence }]) => ({ id, fence }));
  }

  /** Ends every step: the process stops. */
  abortAll(): void {
    for (const { controller } of this.#held.values()) controller.abort(new Error("the process is stopping"));
  }

  async #renew(): Promise<void> {
    const held = this.current();
    if (held.length === 0) return;
    const askedAtMs = performance.now();
    try {
      const answers = new Map((await renewLeases(this.pool, held)).map((row) => [row.id, row]));
      await debugPoint("lease.renewed");
      for (const { id, fence } of held) {
        const entry = this.#held.get(id);
        // A step that ended between the question and the answer is gone from the map, or is another one by now.
        if (entry?.fence !== fence) continue;
        const answer = answers.get(id);
        if (answer?.cancelRequested) entry.cancel.abort(new Error("the caller cancelled"));
        if (answer === undefined) entry.controller.abort(new Error("the lease was lost"));
        else if (answer.renewed) entry.renewedAtMs = askedAtMs;
      }
    } catch (error) {
      this.onError(error);
    }
  }
}
