/**
 * A loop that runs a tick, waits, and runs again; `wake()` cuts the wait short, also one that came during the tick.
 * A failing tick is reported and followed by a pause: a lost database must not spin the process.
 */
export class Loop {
  #stopped = false;
  #woken = false;
  #cutShort: (() => void) | null = null;
  #running: Promise<void> | null = null;

  constructor(
    private readonly options: {
      /** Milliseconds until the next tick. */
      tick: () => Promise<number>;
      onError: (error: unknown) => void;
      pauseAfterErrorMs: number;
    },
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#cutShort?.();
  }

  /** Resolves when the tick under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      let waitMs: number;
      try {
        waitMs = await this.options.tick();
      } catch (error) {
        this.options.onError(error);
        waitMs = this.options.pauseAfterErrorMs;
      }
      if (!this.#woken && !this.#stopped && waitMs > 0) await this.#wait(waitMs);
    }
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#cutShort = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#cutShort = null;
  }
}
