import { eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import { newestSnapshot } from "@/db/queries/endpoint";
import { fleetHours, fleetLooks } from "@/db/schema";
import type { Config } from "@/server/config";
import {
  byClock,
  type FleetLook,
  type FleetTime,
  fleetTime,
  isAtRest,
  toFleetLook,
} from "@/server/domain/costs/fleet-time";
import { recordWorkers } from "@/server/endpoint/record-workers";
import { AppError } from "@/server/errors";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";

const LOOK_TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;
/** A look is due so often while there is work. */
export const LOOK_EVERY_MS = 15_000;
/** A tick comes a moment early or late; it must not leave every second look out. */
const SLACK_MS = 3_000;
/** Nobody works and nothing is asked for: looked at no more often than this. */
const QUIET_EVERY_MS = 60_000;
/** Calls of the minute that are left for people and for changes. */
const KEEP_FREE = 15;

/** The configuration's idle time-out counts where the endpoint's own setting is not known. */
export interface FleetDeps {
  db: Database;
  management(environment: string): RunpodManagement | null;
  config: Pick<Config, "idleTimeoutMs" | "clockFactor">;
}

/**
 * One look at the candidate's workers. Between two looks their paid time is added up by the hour: also that of workers
 * which were started and then had nothing to do, which no job tells of. RunPod's trouble leaves the time uncovered.
 */
export async function watchFleet(deps: FleetDeps, environment: string, nowMs: number): Promise<void> {
  const management = deps.management(environment);
  if (management === null || (management.remaining() ?? KEEP_FREE) < KEEP_FREE) return;
  const [last] = await deps.db.select().from(fleetLooks).where(eq(fleetLooks.environment, environment));
  const isOurs = last?.endpointId === management.endpointId;
  const before: FleetLook | null = isOurs ? { atMs: last.at.getTime(), workers: last.workers } : null;
  const factor = deps.config.clockFactor(environment);
  // By the provider's clock: a sandbox that runs sixty times as fast is to be looked at as many times as often.
  const sinceMs = before === null ? Number.POSITIVE_INFINITY : (nowMs - before.atMs) * factor;
  if (sinceMs < LOOK_EVERY_MS - SLACK_MS) return;
  if (before !== null && sinceMs < QUIET_EVERY_MS && (await isQuiet(deps, environment, before))) return;
  const listed = await list(management);
  if (listed === null) return;
  await recordWorkers(deps.db, listed);
  await deps.db.transaction((tx) => recordLook(tx, deps, { environment, management, before, listed, nowMs }));
}

async function isQuiet(deps: FleetDeps, environment: string, look: FleetLook): Promise<boolean> {
  if (!isAtRest(byClock(look, deps.config.clockFactor(environment)), deps.config.idleTimeoutMs)) return false;
  // Also a job that came and ended since: its worker may be in its time-out.
  const { rows } = await deps.db.execute<{ busy: boolean }>(
    sql`select exists (select from generations where finished_at is null and environment = ${environment} and provider = 'comfyui')
      or exists (select from generations where environment = ${environment} and provider = 'comfyui'
        and created_at > clock_timestamp() - interval '1 minute') as busy`,
  );
  return rows[0]?.busy !== true;
}

async function list(management: RunpodManagement) {
  try {
    return (await management.workers({ signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) })).workers;
  } catch (error) {
    if (AppError.is(error)) return null;
    throw error;
  }
}

interface Look {
  environment: string;
  management: RunpodManagement;
  before: FleetLook | null;
  listed: readonly { id: string; state: string }[];
  nowMs: number;
}

async function recordLook(tx: Transaction, deps: FleetDeps, look: Look): Promise<void> {
  const { environment, management, before, listed, nowMs } = look;
  const { endpointId } = management;
  const [last] = await tx.select().from(fleetLooks).where(eq(fleetLooks.environment, environment)).for("update");
  // Another instance has looked meanwhile: it has counted the time since.
  if ((last?.endpointId === endpointId ? last.at.getTime() : null) !== (before?.atMs ?? null)) return;
  const now = toFleetLook(before, listed, nowMs, await lastJobs(tx, listed));
  const values = { environment, endpointId, at: new Date(nowMs), workers: now.workers };
  await tx.insert(fleetLooks).values(values).onConflictDoUpdate({ target: fleetLooks.environment, set: values });
  if (before === null) return;
  const settings = (await newestSnapshot(tx, environment))?.settings;
  const factor = deps.config.clockFactor(environment);
  const time = fleetTime(byClock(before, factor), byClock(now, factor), {
    idleTimeoutMs: settings?.idleTimeoutS == null ? deps.config.idleTimeoutMs : settings.idleTimeoutS * 1_000,
    workersMin: settings?.workersMin ?? 0,
  });
  if (time === null) return;
  const rows = byHour(before.atMs, nowMs, time).map((row) => ({ environment, endpointId, ...row }));
  await tx
    .insert(fleetHours)
    .values(rows)
    .onConflictDoUpdate({
      target: [fleetHours.environment, fleetHours.endpointId, fleetHours.hourAt],
      set: {
        coveredMs: sql`${fleetHours.coveredMs} + excluded.covered_ms`,
        paidMs: sql`${fleetHours.paidMs} + excluded.paid_ms`,
        standingMs: sql`${fleetHours.standingMs} + excluded.standing_ms`,
      },
    });
}

/** When a job of ours last ended on each of the idle workers. */
async function lastJobs(tx: Transaction, listed: Look["listed"]): Promise<Map<string, number>> {
  const idle = listed.filter(({ state }) => state === "idle").map(({ id }) => id);
  if (idle.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; endedMs: number }>(
    sql`select worker_id as id, (extract(epoch from max(finished_at)) * 1000)::float8 as "endedMs" from attempts
      where worker_id = any(${sql.param(idle)}::text[]) and finished_at is not null group by 1`,
  );
  return new Map(rows.map(({ id, endedMs }) => [id, endedMs]));
}

/** A span over a full hour belongs to both, by the time in each; no millisecond is lost. */
function byHour(fromMs: number, toMs: number, time: FleetTime) {
  const edgeMs = Math.floor(toMs / HOUR_MS) * HOUR_MS;
  const spans =
    edgeMs > fromMs && edgeMs < toMs
      ? [
          [fromMs, edgeMs],
          [edgeMs, toMs],
        ]
      : [[fromMs, toMs]];
  return spans.map(([start = 0, end = 0]) => {
    const part = (end - start) / (toMs - fromMs);
    return {
      hourAt: new Date(Math.floor(start / HOUR_MS) * HOUR_MS),
      coveredMs: end - start,
      paidMs: Math.round(time.paidMs * part),
      standingMs: Math.round(time.standingMs * part),
    };
  });
}
