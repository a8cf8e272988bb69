import { and, eq, sql } from "drizzle-orm";
import { endpointHistory, newestSnapshot } from "@/db/queries/endpoint";
import { endpointSchedule, type StoredSchedule } from "@/db/queries/endpoint-schedule";
import { endpointSchedules } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { localPrincipal } from "@/server/auth/access";
import { changeWords } from "@/server/domain/endpoint/differences";
import { scheduledWorkers, scheduleWords } from "@/server/domain/endpoint/schedule";
import { AppError } from "@/server/errors";
import type { Operator } from "@/server/rollout/types";
import { changeEndpoint } from "../change-endpoint";
import type { EndpointDeps } from "../types";

/** Whoever reads the history sees who it was. */
const SCHEDULE_ACTOR = "Endpoint schedule";
const MINIMUM = "Workers min";
const HISTORY_MAX = 50;

/**
 * Brings the minimum to what the schedule says for this hour. Anybody else's change of the minimum since is newer than the
 * schedule and suspends it until a person resumes it. Safe to run by several instances: a change names the state that it
 * was decided on, and the second one finds another.
 */
export async function applySchedule(deps: EndpointDeps, environment: string, now: Date): Promise<void> {
  const schedule = await endpointSchedule(deps.db, environment);
  if (schedule === null || schedule.suspendedAt !== null || deps.management(environment) === null) return;
  if (await suspendedBySomebody(deps, schedule)) return;
  const newest = await newestSnapshot(deps.db, environment);
  if (newest === null) return;
  const workersMin = scheduledWorkers(schedule, now.getTime());
  if (workersMin === newest.settings.workersMin) {
    if (schedule.problem !== null) await note(deps, schedule, { problem: null });
    return;
  }
  const operator: Operator = { principal: localPrincipal(SCHEDULE_ACTOR), via: "automation", requestId: null };
  const reason = `${scheduleWords(schedule)}, set by ${schedule.setBy}`;
  try {
    const input = { environment, change: { workersMin }, reason, seenSnapshot: newest.id };
    const changed = await changeEndpoint(deps, operator, input, now);
    await note(deps, schedule, { problem: null, seenSnapshot: changed.snapshot });
  } catch (error) {
    if (!AppError.is(error)) throw error;
    // Somebody else was at it: the next look sees what came of that.
    if (error.code !== "CONFLICT") await note(deps, schedule, { problem: error.message });
  }
}

async function suspendedBySomebody(
  { db }: EndpointDeps,
  { environment, seenSnapshot }: StoredSchedule,
): Promise<boolean> {
  const history = await endpointHistory(db, environment, HISTORY_MAX);
  const theirs = history.find(
    ({ id, actor, changes }) =>
      id > seenSnapshot && actor !== SCHEDULE_ACTOR && changes.some(({ field }) => field === MINIMUM),
  );
  if (theirs === undefined) return false;
  await db.transaction(async (tx) => {
    const current = await endpointSchedule(tx, environment, { lock: true });
    // It was set anew, resumed or suspended meanwhile.
    if (current === null || current.suspendedAt !== null || current.seenSnapshot >= theirs.id) return;
    const suspendedBy = `${theirs.actor}: ${changeWords(theirs.changes)}`;
    await tx
      .update(endpointSchedules)
      .set({ suspendedAt: sql`clock_timestamp()`, suspendedBy })
      .where(eq(endpointSchedules.environment, environment));
    await recordAudit(tx, {
      action: "endpoint.schedule_suspended",
      target: `schedule suspended by ${suspendedBy}`,
      actor: SCHEDULE_ACTOR,
      via: "automation",
      environment,
      before: { schedule: scheduleWords(current) },
      after: { suspended: true },
    });
  });
  return true;
}

/** Only while it is the same schedule: who sets another one must not find this one's marks on it. */
async function note(
  { db }: EndpointDeps,
  { environment, setAt }: StoredSchedule,
  change: { problem: string | null; seenSnapshot?: number },
): Promise<void> {
  await db
    .update(endpointSchedules)
    .set(change)
    .where(and(eq(endpointSchedules.environment, environment), eq(endpointSchedules.setAt, setAt)));
}
