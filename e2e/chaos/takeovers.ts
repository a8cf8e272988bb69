import { setTimeout as sleep } from "node:timers/promises";
import type { Takeover } from "./history";
import type { ChaosDatabase } from "./processes/database";
import { coveredMs, gapsBetween, type Span } from "./spans";

interface Watched {
  takeover: Takeover;
  fence: number;
}

const LOOK_EVERY_MS = 100;
/** A watch that lasts this long ends as "never". */
const GIVE_UP_MS = 60_000;

/** Watches what a dead or stopped process held until somebody else has it, or it has ended. */
export class TakeoverWatch {
  readonly takeovers: Takeover[] = [];
  readonly #watched = new Map<string, Watched>();
  readonly #pending = new Set<Promise<void>>();
  #stopped = false;
  #abandoned = false;
  readonly #loop: Promise<void>;

  constructor(
    private readonly database: ChaosDatabase,
    /** The spans in which some worker was at work. */
    private readonly attended: () => Span[],
  ) {
    this.#loop = this.#run();
  }

  /** To be called right after the process `pid` stopped working. */
  died(pid: number, killedAtMs: number): void {
    const look = this.#look(pid, killedAtMs).finally(() => this.#pending.delete(look));
    this.#pending.add(look);
  }

  /** Waits until every watch has ended. */
  async finish(): Promise<void> {
    await Promise.all(this.#pending);
    this.#stopped = true;
    await this.#loop;
  }

  /** Ends without waiting for what it watches. */
  abandon(): void {
    this.#stopped = true;
    this.#abandoned = true;
    this.#watched.clear();
  }

  async #look(pid: number, killedAtMs: number): Promise<void> {
    const rows = await this.#query<{ id: string; fence: number }>(
      // The instance's name is host:pid:random.
      "select id, fence from generations where finished_at is null and lease_owner like $1",
      [`%:${pid}:%`],
    );
    for (const { id, fence } of rows) {
      if (this.#watched.has(id)) continue;
      const takeover: Takeover = { generationId: id, killedAtMs, tookMs: null, disturbedMs: 0 };
      this.takeovers.push(takeover);
      this.#watched.set(id, { takeover, fence });
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped || this.#watched.size > 0) {
      await sleep(LOOK_EVERY_MS);
      if (this.#watched.size === 0) continue;
      const rows = await this.#query<{ id: string; fence: number; done: boolean }>(
        "select id, fence, finished_at is not null as done from generations where id = any($1)",
        [[...this.#watched.keys()]],
      );
      const nowMs = Date.now();
      for (const { id, fence, done } of rows) {
        const watched = this.#watched.get(id);
        if (!watched || (fence <= watched.fence && !done)) continue;
        const { killedAtMs } = watched.takeover;
        const window = { fromMs: killedAtMs, toMs: nowMs };
        const disturbances = [...this.database.outages, ...gapsBetween(this.attended(), window)];
        watched.takeover.tookMs = nowMs - killedAtMs;
        watched.takeover.disturbedMs = coveredMs(disturbances, window);
        this.#watched.delete(id);
      }
      for (const [id, { takeover }] of this.#watched)
        if (nowMs - takeover.killedAtMs > GIVE_UP_MS) this.#watched.delete(id);
    }
  }

  /** Asks until the database answers; gives nothing once nobody waits any more. */
  async #query<Row extends Record<string, unknown>>(text: string, values: unknown[]): Promise<Row[]> {
    while (!this.#abandoned) {
      const answer = await this.database.pool.query<Row>(text, values).catch(() => null);
      if (answer) return answer.rows;
      await sleep(LOOK_EVERY_MS);
    }
    return [];
  }
}
