import type { ProviderId } from "@/server/domain/vocabulary";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { checkAttempt, type JobAttempt } from "./check-attempt";
import { claimDue, claimOverdue, LEASE_MS, releaseLeases } from "./claim";
import type { EngineContext, Work } from "./context";
import { debugPoint } from "./debug-points";
import { endSetAside } from "./end-attempt";
import { fallBackFromQueue } from "./fall-back-from-queue";
import { createFinisher } from "./finish";
import { HeldLeases } from "./held-leases";
import { Lane } from "./lane";
import { Loop } from "./loop";
import { type Census, dueLanes, takeCensus } from "./open-counts";
import { createRecorder } from "./record";
import { recoverAttempt } from "./recover-attempt";
import { settleOrphans } from "./settle-orphans";
import { failedEnding, startAttempts } from "./start-attempts";
import { submitAttempt } from "./submit-attempt";
import type { ClaimedGeneration, EngineDeps, OpenAttempt } from "./types";
import { untilAnswered } from "./until-answered";
import { withChoreLease } from "./with-chore-lease";

const CLAIM_BATCH = 64;
const CHECKS_AT_ONCE = 192;
const IDLE_TICK_MS = 250;
const NO_ROOM_TICK_MS = 1_000;
const CHECK_TICK_MS = 100;
const CENSUS_EVERY_MS = 1_000;
const ORPHANS_EVERY_MS = 5_000;
const STEP_AGAIN_MS = 500;
const STOP_WITHIN_MS = 8_000;
/** A failing provider or poisonous job must not be looked at again and again by the same process. */
const POISON_AFTER = 3;

export interface Engine {
  start(): void;
  /** Stops claiming, lets short steps end, gives the leases back. */
  stop(): Promise<void>;
  /** There may be work now: something to send, or an open job to look at. Default: both. */
  wake(what?: Work): void;
  /** Generations in the queue, as counted within the last second, over all instances. */
  queued(): number;
  readonly context: EngineContext;
}

export function createEngine(deps: EngineDeps): Engine {
  const { log } = deps;
  const onError = (where: string) => (error: unknown) => log.error(`engine: ${where} failed`, { error });
  const lanes = new Map<string, Lane | null>();
  const leases = new HeldLeases(deps.pool, onError("renewing leases"));
  const tasks = new Set<Promise<void>>();
  let checking = 0;
  let census: Census = { open: [], instances: 1 };
  let stopping = false;
  let lastNoRoom: string | null = null;

  const context: EngineContext = {
    ...deps,
    recorder: createRecorder(deps.pool),
    finish: createFinisher(deps.pool),
    leases,
    lane: laneOf,
    wake: (what) => {
      if (what !== "open") submits.wake();
      if (what !== "queued") checks.wake();
    },
  };

  function laneOf(environment: string, provider: ProviderId): Lane | null {
    const key = `${environment}/${provider}`;
    const known = lanes.get(key);
    if (known !== undefined) return known;
    const adapter = deps.provider(environment, provider);
    const lane = adapter
      ? new Lane(environment, provider, adapter, {
          pollsPerSecond: deps.config.pollsPerSecond[provider],
          clockFactor: deps.config.clockFactor(environment),
        })
      : null;
    lanes.set(key, lane);
    return lane;
  }

  function run(generation: ClaimedGeneration, step: (signal: AbortSignal) => Promise<void>): void {
    const task = leases
      .during(generation, step)
      .catch((error: unknown) => giveBack(generation, error))
      .finally(() => tasks.delete(task));
    tasks.add(task);
  }

  /** A failed step is taken up again soon. One that fails each time counts as crashing, so that it has an end. */
  async function giveBack(generation: ClaimedGeneration, error: unknown): Promise<void> {
    onError("a step")(error);
    // A database that can be reached at once was not what failed.
    let isReachable = !stopping;
    const give = () => {
      const crashed = isReachable;
      isReachable = false;
      return releaseLeases(deps.pool, [generation], STEP_AGAIN_MS, crashed);
    };
    // When this fails too, the lease runs out and whoever is alive goes on.
    await untilAnswered(deps.pool, give, LEASE_MS).catch(onError("giving a lease back"));
  }

  const submits = new Loop({
    tick: async () => {
      if (stopping) return IDLE_TICK_MS;
      // What is under way still has a place; a picture more might be made, paid and lost.
      const noRoom = await deps.images.roomProblem();
      if (noRoom !== null) {
        if (noRoom !== lastNoRoom) deps.log.error("nothing is sent: pictures could not be kept", { reason: noRoom });
        lastNoRoom = noRoom;
        return NO_ROOM_TICK_MS;
      }
      lastNoRoom = null;
      let full = false;
      for (const due of await dueLanes(deps.pool, deps.config.environments)) {
        // What an older revision had sent elsewhere is decided again at once, however full or broken that place is.
        const limit = due.stale ? CLAIM_BATCH : Math.min(CLAIM_BATCH, roomAt(due.environment, due.provider));
        if (limit <= 0) continue;
        const started = await startAttempts(context, due, limit, (provider) => roomAt(due.environment, provider));
        for (const { generation, ending } of started.endings) {
          run(generation, async () => {
            await context.finish({ generationId: generation.id, fence: generation.fence, outcome: null, ending });
          });
        }
        for (const intent of started.intents) {
          const lane = laneOf(due.environment, intent.provider);
          if (!lane) throw new Error(`no adapter for ${intent.provider} in ${due.environment}`); // it was available
          const aheadOfUs = lane.openJobs;
          lane.openJobs += 1;
          run(intent.generation, async (signal) => {
            await submitAttempt(context, lane, { ...intent, aheadOfUs }, signal);
            if (lane.submits.free() > 0) submits.wake();
          });
        }
        if (started.intents.length + started.endings.length + started.moved === limit) full = true;
      }
      return full ? 0 : IDLE_TICK_MS;
    },
    onError: onError("sending"),
    pauseAfterErrorMs: 500,
  });

  /** How many more jobs the provider may be sent now. Without an adapter: any number, since each is only ended. */
  function roomAt(environment: string, provider: ProviderId): number {
    const lane = laneOf(environment, provider);
    return lane ? Math.min(lane.submits.free(), deps.config.maxInFlight - lane.openJobs) : CLAIM_BATCH;
  }

  const checks = new Loop({
    tick: async () => {
      if (stopping) return IDLE_TICK_MS;
      const room = CHECKS_AT_ONCE - checking;
      if (room <= 0) return 50;
      const due = await claimDue(
        deps.pool,
        deps.instanceId,
        { states: ["submitting", "running", "storing"], environments: deps.config.environments },
        Math.min(room, CLAIM_BATCH),
      );
      await debugPoint("poll.claimed");
      for (const { generation, attempt } of due) {
        checking += 1;
        run(generation, (signal) =>
          takeUp(generation, attempt, signal).finally(() => {
            checking -= 1;
          }),
        );
      }
      return due.length === CLAIM_BATCH ? 0 : CHECK_TICK_MS;
    },
    onError: onError("checking"),
    pauseAfterErrorMs: 500,
  });

  async function takeUp(
    generation: ClaimedGeneration,
    attempt: OpenAttempt | null,
    signal: AbortSignal,
  ): Promise<void> {
    const lane = attempt
      ? laneOf(generation.environment, attempt.provider)
      : laneOf(generation.environment, generation.provider);
    if (generation.crashCount >= POISON_AFTER) {
      const message = `set aside: ${generation.crashCount} workers ended while they had it in hand`;
      await endSetAside(context, generation, attempt, { mode: "unknown", message });
      return;
    }
    if (!lane) {
      // Its provider's credentials were removed: the job is out of reach until they return or the deadline passes.
      const overdue = generation.remainingMs <= 0;
      if (overdue) {
        const message = "its provider is not configured any more";
        await endSetAside(context, generation, attempt, { mode: "auth_failed", message });
      } else await releaseLeases(deps.pool, [generation], 5_000);
      return;
    }
    if (generation.state === "submitting" || attempt === null || attempt.jobId === null) {
      await recoverAttempt(context, lane, generation, attempt, signal);
      return;
    }
    if (lane.polls.available() <= 0) {
      await releaseLeases(deps.pool, [generation], 250 + Math.random() * 500);
      return;
    }
    lane.polls.take(1);
    await checkAttempt(context, lane, generation, { ...attempt, jobId: attempt.jobId } satisfies JobAttempt, signal);
  }

  const keeper = new Loop({
    tick: async () => {
      census = await takeCensus(deps.pool, { id: deps.instanceId, role: deps.config.role });
      shareOut(census);
      if (!stopping) {
        let moved = 0;
        for (const environment of deps.config.environments) moved += await fallBackFromQueue(context, environment);
        if (moved > 0) submits.wake();
      }
      const overdue = stopping ? [] : await claimOverdue(deps.pool, deps.instanceId, CLAIM_BATCH);
      for (const generation of overdue) {
        run(generation, async () => {
          const ending = generation.cancelRequested
            ? { ...failedEnding("cancelled", "cancelled before it was sent"), state: "cancelled" as const }
            : failedEnding("timeout", "the deadline passed while it waited to be sent");
          await context.finish({ generationId: generation.id, fence: generation.fence, outcome: null, ending });
        });
      }
      return CENSUS_EVERY_MS;
    },
    onError: onError("the census"),
    pauseAfterErrorMs: 1_000,
  });

  /** Open jobs per lane, and this process's part of each provider's rate limit. */
  function shareOut(counted: Census): void {
    for (const lane of lanes.values()) {
      if (!lane) continue;
      const there = counted.open.filter(
        (entry) => entry.environment === lane.environment && entry.provider === lane.provider,
      );
      lane.openJobs = there
        .filter((entry) => entry.state !== "queued" && entry.state !== "storing")
        .reduce((sum, entry) => sum + entry.count, 0);
      lane.polls.setRate(deps.config.pollsPerSecond[lane.provider] / counted.instances);
    }
  }

  const orphans = new Loop({
    tick: async () => {
      if (!stopping)
        await withChoreLease(deps.pool, { name: "orphans", owner: deps.instanceId }, () => settleOrphans(context));
      return ORPHANS_EVERY_MS;
    },
    onError: onError("settling orphans"),
    pauseAfterErrorMs: ORPHANS_EVERY_MS,
  });

  return {
    context,
    start() {
      for (const environment of deps.config.environments)
        for (const provider of PROVIDER_IDS) laneOf(environment, provider);
      leases.start();
      for (const loop of [submits, checks, keeper, orphans]) loop.start();
    },
    async stop() {
      stopping = true;
      await Promise.all([submits.stop(), checks.stop(), keeper.stop(), orphans.stop()]);
      const enough = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
      await Promise.race([Promise.allSettled([...tasks]), enough]);
      await debugPoint("stop.releasing");
      leases.abortAll();
      const held = leases.current();
      leases.stop();
      if (held.length > 0) await releaseLeases(deps.pool, held).catch(onError("releasing leases"));
    },
    wake: (what) => context.wake(what),
    queued: () => census.open.filter((entry) => entry.state === "queued").reduce((sum, entry) => sum + entry.count, 0),
  };
}
