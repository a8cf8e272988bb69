import { eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { type EndpointSnapshot, endpointCheck, lastRequestAtMs, newestSnapshot } from "@/db/queries/endpoint";
import { endpointChecks, type PendingEndpointChange } from "@/db/schema";
import { differences, type FieldChange, withChange } from "@/server/domain/endpoint/differences";
import type { EndpointSettings, GpuOffer, LiveWorkers } from "@/server/domain/endpoint/settings";
import { AppError } from "@/server/errors";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";
import { recordReleases } from "./record-releases";
import { recordSnapshot } from "./record-snapshot";
import { recordWorkers } from "./record-workers";
import type { EndpointDeps } from "./types";

const LOOK_TIMEOUT_MS = 25_000;
const OFFERS_FRESH_MS = 3_600_000;
/** Calls of the minute that are left for people: a look takes two to four of sixty. */
const KEEP_FREE = 10;
const DAY_MS = 86_400_000;

export const OUTSIDE = "Outside Switchyard";
export const BY_RUNPOD = "RunPod";

interface Look {
  settings: EndpointSettings;
  workers: LiveWorkers;
  /** Null: not asked for this time. */
  offers: GpuOffer[] | null;
}

/**
 * One look at an environment's endpoint: what is set, who works, what GPUs cost. A setting that became another since
 * the last look is recorded with its date. Never throws for RunPod's trouble: that is written down as the problem.
 */
export async function watchEndpoint(deps: EndpointDeps, environment: string, now: Date): Promise<void> {
  const management = deps.management(environment);
  if (management === null) return;
  const { endpointId } = management;
  const left = management.remaining();
  if (left !== null && left < KEEP_FREE) return;
  await deps.db.insert(endpointChecks).values({ environment, endpointId }).onConflictDoNothing();
  const check = await endpointCheck(deps.db, environment);
  if (!check || check.isBusy) return;
  const before = await newestSnapshot(deps.db, environment);
  const needsOffers = check.offersAt === null || now.getTime() - check.offersAt.getTime() > OFFERS_FRESH_MS;
  const signal = AbortSignal.timeout(LOOK_TIMEOUT_MS);
  let look: Look;
  try {
    look = await lookAt(management, needsOffers, signal);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    await deps.db
      .update(endpointChecks)
      .set({ endpointId, checkedAt: sql`clock_timestamp()`, problem: error.message })
      .where(eq(endpointChecks.environment, environment));
    return;
  }
  await recordWorkers(deps.db, look.workers.workers);
  const idleSinceMs = await lastRequestAtMs(deps.db, environment);
  const found = await deps.db.transaction(async (tx) => {
    const current = await endpointCheck(tx, environment, { lock: true });
    const newest = await newestSnapshot(tx, environment);
    // Somebody changed it through us while we looked: what we hold may be older than what is recorded.
    if (!current || current.isBusy || newest?.id !== before?.id) return null;
    const changes = await record(tx, {
      environment,
      endpointId,
      before: newest,
      look,
      pending: current.pending,
      idleSinceMs,
      now,
    });
    await writeCheck(tx, environment, endpointId, look);
    return changes;
  });
  if (found !== null)
    await recordReleases(deps, management, environment, { ...look, explained: found.length > 0, signal });
}

async function lookAt(management: RunpodManagement, needsOffers: boolean, signal: AbortSignal): Promise<Look> {
  const settings = await management.endpoint({ signal });
  const workers = await management.workers({ signal });
  // A restricted key may see the endpoint and not the catalogue: prices then come from the price book.
  const offers = needsOffers ? await management.gpus({ signal }).catch(() => null) : null;
  return { settings, workers, offers };
}

interface Found {
  environment: string;
  endpointId: string;
  before: EndpointSnapshot | null;
  look: Look;
  pending: PendingEndpointChange | null;
  idleSinceMs: number | null;
  now: Date;
}

async function record(tx: Transaction, found: Found): Promise<FieldChange[]> {
  const { environment, endpointId, before, look, pending } = found;
  const common = {
    environment,
    endpointId,
    settings: look.settings,
    via: "system",
    requestId: null,
    undoes: null,
  } as const;
  if (before === null) {
    await recordSnapshot(tx, { ...common, origin: "first", changes: [], actor: "Switchyard", reason: null });
    return [];
  }
  const changes = differences(before.settings, look.settings);
  if (before.endpointId !== endpointId)
    changes.unshift({ field: "Endpoint", before: before.endpointId, after: endpointId });
  if (changes.length === 0) return [];
  // A change of ours whose end we did not see: its process died, or RunPod's answer was lost.
  if (pending !== null && differences(withChange(before.settings, pending.change), look.settings).length === 0) {
    const { actor, via, reason, requestId, undoes } = pending;
    await recordSnapshot(tx, { ...common, origin: "ours", changes, actor, via, reason, requestId, undoes });
    return changes;
  }
  const forced = forcedDown(before.settings, look.settings, found.idleSinceMs, found.now.getTime());
  const actor = forced === null ? OUTSIDE : BY_RUNPOD;
  await recordSnapshot(tx, { ...common, origin: "outside", changes, actor, reason: forced });
  return changes;
}

/** RunPod lowers the maximum of an endpoint without requests by itself; why it seems so, or null. */
function forcedDown(
  before: EndpointSettings,
  after: EndpointSettings,
  idleSinceMs: number | null,
  nowMs: number,
): string | null {
  if (after.workersMax >= before.workersMax) return null;
  const idleDays = idleSinceMs === null ? Number.POSITIVE_INFINITY : (nowMs - idleSinceMs) / DAY_MS;
  if (after.workersMax === 2 && idleDays >= 3) return "no request for 3 days: RunPod allows 2 workers at most";
  if (after.workersMax === 0 && idleDays >= 7) return "no request for 7 days: RunPod allows no worker any more";
  return null;
}

async function writeCheck(tx: Transaction, environment: string, endpointId: string, look: Look): Promise<void> {
  const { counts } = look.workers;
  const now = sql`clock_timestamp()`;
  const since = (isSo: boolean, column: typeof endpointChecks.unhealthySince | typeof endpointChecks.throttledSince) =>
    isSo ? sql`coalesce(${column}, clock_timestamp())` : null;
  await tx
    .update(endpointChecks)
    .set({
      endpointId,
      checkedAt: now,
      answeredAt: now,
      problem: null,
      workers: look.workers,
      unhealthySince: since(counts.unhealthy > 0, endpointChecks.unhealthySince),
      throttledSince: since(counts.throttled > 0, endpointChecks.throttledSince),
      ...(look.offers === null ? {} : { offers: look.offers, offersAt: now }),
      pending: null,
      pendingUntil: null,
    })
    .where(eq(endpointChecks.environment, environment));
}
