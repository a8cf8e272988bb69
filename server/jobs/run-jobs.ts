import type pg from "pg";
import { Loop } from "@/server/engine/loop";
import { withChoreLease } from "@/server/engine/with-chore-lease";
import type { Log } from "@/server/log";

/** Work that is due again and again. Safe to run twice: the lease between instances only saves work. */
export interface Job {
  name: string;
  everyMs: number;
  run(): Promise<unknown>;
}

export interface RunningJobs {
  /** Lets the jobs under way end. */
  stop(): Promise<void>;
}

/** Starts background jobs; of all instances one at a time runs each. A failing job is logged and tried again. */
export function runJobs(deps: { pool: pg.Pool; owner: string; log: Log }, jobs: readonly Job[]): RunningJobs {
  const loops = jobs.map((job) => {
    const loop = new Loop({
      tick: async () => {
        await withChoreLease(deps.pool, { name: job.name, owner: deps.owner }, job.run);
        return job.everyMs;
      },
      onError: (error) => deps.log.warn(`job ${job.name} failed`, { error }),
      pauseAfterErrorMs: Math.min(job.everyMs, 5_000),
    });
    loop.start();
    return loop;
  });
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
