import { setTimeout as sleep } from "node:timers/promises";
import type { KillPlanner, LifePlan } from "./kill-plan";
import type { ChaosDatabase } from "./processes/database";
import { EndedEarly } from "./processes/program";
import type { Slot } from "./processes/slot";
import type { Random } from "./random";
import type { TakeoverWatch } from "./takeovers";

export interface NemesisOptions {
  slots: Slot[];
  database: ChaosDatabase;
  planner: KillPlanner;
  random: Random;
  watch: TakeoverWatch;
  /** False: only processes that pass one of the planner's points. */
  killAnywhere: boolean;
  kills: number;
  databaseKills: number;
  say: (line: string) => void;
}

export interface KillCounts {
  /** By a debug point in the process itself. */
  points: number;
  /** By a signal at any moment. */
  timed: number;
  database: number;
  pauses: number;
  /** Processes that ended by themselves, which none may. */
  crashes: string[];
}

/** A start takes about this long on a machine that does nothing else. */
const USUAL_START_MS = 1_200;

/**
 * On a slow machine lives last longer, up to five times: work that is always killed before it begins proves nothing but
 * that three deaths in a row set it aside.
 */
function paceOf(slot: Slot): number {
  return Math.min(5, Math.max(1, (slot.starts.at(-1) ?? 0) / USUAL_START_MS));
}

/** Kills until the number is reached; returns with every process running and nothing armed. */
export async function unleash(options: NemesisOptions): Promise<KillCounts> {
  const { slots, planner, random, watch, database, say } = options;
  const counts: KillCounts = { points: 0, timed: 0, database: 0, pauses: 0, crashes: [] };
  const serverKills = options.kills - options.databaseKills;
  let pausing: Promise<void> = Promise.resolve();
  let isLost = false;
  const over = new AbortController();
  const done = () => over.signal.aborted;
  const countKill = (kind: "points" | "timed") => {
    counts[kind] += 1;
    if (counts.points + counts.timed >= serverKills) over.abort();
  };
  const report = (what: string) =>
    say(`${String(counts.points + counts.timed + counts.database).padStart(4)}  ${what}`);

  async function lives(slot: Slot): Promise<void> {
    // A part without armed points is left alone where points were chosen.
    while (!done() && (options.killAnywhere || planner.hasPoints(slot.part))) {
      const plan = planner.next(slot.part);
      try {
        await slot.start(plan);
        await live(slot, plan);
      } catch (error) {
        // Killed by its point while it was starting, or the database was away: both are part of the game.
        if (!(error instanceof EndedEarly)) throw error;
        if (error.signal === "SIGKILL" && plan.kind === "point") {
          countKill("points");
          planner.recordHit(plan.name);
          report(`${slot.options.name} killed at ${plan.name} while starting`);
        } else await sleep(300);
      }
    }
    if (!isLost) await slot.startForGood();
  }

  async function live(slot: Slot, plan: LifePlan): Promise<void> {
    const { program } = slot;
    if (!program) return;
    if (plan.kind === "pause") return pause(slot, plan);
    const patience = new AbortController();
    const lifeMs = (plan.kind === "timed" ? plan.afterMs : plan.withinMs) * paceOf(slot);
    const end = await Promise.race([program.ended, sleep(lifeMs, null, { signal: patience.signal }).catch(() => null)]);
    patience.abort();
    if (end === null) {
      program.signal("SIGKILL");
      const { atMs } = await program.ended;
      countKill("timed");
      report(`${slot.options.name} killed after ${Math.round(lifeMs)} ms`);
      watch.died(program.pid, atMs);
      return;
    }
    watch.died(program.pid, end.atMs);
    if (end.signal === "SIGKILL" && plan.kind === "point") {
      countKill("points");
      planner.recordHit(plan.name);
      report(`${slot.options.name} killed at ${plan.name}`);
    } else {
      counts.crashes.push(`${slot.options.name} ended by itself with ${end.signal ?? end.code}`);
      report(`${slot.options.name} ended by itself; see ${slot.options.logFile}`);
    }
  }

  /** One at a time: somebody must be there to take over what the stopped one holds. */
  async function pause(slot: Slot, plan: Extract<LifePlan, { kind: "pause" }>): Promise<void> {
    const before = pausing;
    let free = () => {};
    pausing = new Promise((resolve) => {
      free = resolve;
    });
    await before;
    try {
      await stopAndLetGo(slot, plan);
    } finally {
      free();
    }
  }

  async function stopAndLetGo(slot: Slot, plan: Extract<LifePlan, { kind: "pause" }>): Promise<void> {
    const { program } = slot;
    if (!program) return;
    await untilHeldUp(program.pid);
    if (!program.isRunning() || done()) return slot.stop();
    program.signal("SIGSTOP");
    slot.outOfWork();
    watch.died(program.pid, Date.now());
    report(`${slot.options.name} stopped for ${Math.round(plan.forMs)} ms at ${plan.name}`);
    await sleep(plan.forMs);
    program.signal("SIGCONT");
    // The delay at its point outlasts the stop by two seconds at most; then it writes what it believes to hold.
    await sleep(random.between(4_000, 5_000));
    program.signal("SIGKILL");
    const { atMs } = await program.ended;
    counts.pauses += 1;
    countKill("timed");
    report(`${slot.options.name} let go and killed`);
    watch.died(program.pid, atMs);
  }

  /** Until a generation is seen in the process's hands at two looks in a row, or for so long that none will be. */
  async function untilHeldUp(pid: number): Promise<void> {
    const deadline = Date.now() + 10_000;
    let seen = new Set<string>();
    while (Date.now() < deadline && !done()) {
      await sleep(700);
      const held = await database.pool
        .query<{ at: string }>(
          "select id || ' ' || fence as at from generations where finished_at is null and lease_owner like $1",
          [`%:${pid}:%`],
        )
        .then(({ rows }) => rows.map(({ at }) => at))
        .catch(() => []);
      if (held.some((at) => seen.has(at))) return;
      seen = new Set(held);
    }
  }

  async function databaseDeaths(): Promise<void> {
    for (let n = 1; n <= options.databaseKills; n += 1) {
      // Spread over the run: this kill waits until its share of the others is done.
      while (!done() && counts.points + counts.timed < (serverKills * n) / (options.databaseKills + 1))
        await sleep(100);
      await sleep(random.between(0, 1_500));
      const since = Date.now();
      await database.kill();
      counts.database += 1;
      report(`PostgreSQL killed; it was back after ${Date.now() - since} ms`);
    }
  }

  // When one of them fails the run is lost: the others must not go on starting processes behind its back.
  const giveUp = (error: unknown) => {
    isLost = true;
    over.abort();
    throw error;
  };
  const parts = await Promise.allSettled([...slots.map(lives), databaseDeaths()].map((part) => part.catch(giveUp)));
  const failed = parts.find((part) => part.status === "rejected");
  if (failed) throw failed.reason;
  return counts;
}
