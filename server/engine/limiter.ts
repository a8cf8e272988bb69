/**
 * How many submits to one provider may be under way at once: additive increase, multiplicative decrease, after
 * Netflix's concurrency-limits (https://github.com/Netflix/concurrency-limits, AIMDLimit). It limits calls in flight,
 * not calls a second, so a slower provider is asked less by itself.
 */
export class AimdLimiter {
  #limit: number;
  #inFlight = 0;
  #cleanSinceChange = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #loweredAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly options: { start: number; min: number; max: number },
    private readonly now: () => number,
  ) {
    this.#limit = options.start;
  }

  get limit(): number {
    return this.#limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Free places just now; none while paused. */
  free(): number {
    if (this.now() < this.#pausedUntilMs) return 0;
    return Math.max(0, Math.floor(this.#limit) - this.#inFlight);
  }

  /** Milliseconds until a pause ends; 0 when there is none. */
  pauseMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.now());
  }

  take(): Place {
    this.#inFlight += 1;
    return { takenAtMs: this.now() };
  }

  /**
   * `pushed_back`: the provider refused for load (429) or did not answer in time. Calls that were under way together
   * say one thing together, so the limit falls once for them all; true: this was the one that counted.
   */
  release(place: Place, outcome: "ok" | "pushed_back" | "neutral"): boolean {
    this.#inFlight -= 1;
    if (outcome === "pushed_back") {
      if (place.takenAtMs <= this.#loweredAtMs) return false;
      this.#loweredAtMs = this.now();
      this.#limit = Math.max(this.options.min, this.#limit * 0.7);
      this.#cleanSinceChange = 0;
      return true;
    }
    if (outcome === "neutral") return false;
    this.#cleanSinceChange += 1;
    // One more place for every limit's worth of clean answers, and only when the limit was what held us.
    if (this.#cleanSinceChange >= this.#limit && this.#inFlight + 1 >= this.#limit * 0.8) {
      this.#limit = Math.min(this.options.max, this.#limit + Math.max(1, this.#limit * 0.1));
      this.#cleanSinceChange = 0;
    }
    return true;
  }

  /** No places until then. */
  pause(forMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.now() + forMs);
  }
}

/** One call under way. */
export interface Place {
  readonly takenAtMs: number;
}

/** A token bucket: at most `perSecond` on average, with bursts of one second's worth. */
export class TokenBucket {
  #tokens: number;
  #atMs: number;

  constructor(
    private perSecond: number,
    private readonly now: () => number,
  ) {
    this.#tokens = perSecond;
    this.#atMs = now();
  }

  setRate(perSecond: number): void {
    this.perSecond = perSecond;
  }

  get rate(): number {
    return this.perSecond;
  }

  available(): number {
    const nowMs = this.now();
    this.#tokens = Math.min(Math.max(1, this.perSecond), this.#tokens + ((nowMs - this.#atMs) / 1000) * this.perSecond);
    this.#atMs = nowMs;
    return Math.floor(this.#tokens);
  }

  take(count: number): void {
    this.#tokens -= count;
  }
}

/**
 * Retries may be at most a tenth of first tries (Google SRE, "Handling Overload"): a provider that fails for
 * everyone is not asked twice by everyone. A few are always free, or a quiet system could never retry.
 */
export class RetryBudget {
  #credit = 10;

  recordFirstTry(): void {
    this.#credit = Math.min(100, this.#credit + 0.1);
  }

  spend(): boolean {
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}
