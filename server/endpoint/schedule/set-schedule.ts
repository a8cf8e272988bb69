import { eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { newestSnapshot } from "@/db/queries/endpoint";
import { endpointSchedule, type StoredSchedule } from "@/db/queries/endpoint-schedule";
import { endpointSchedules } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { type EndpointSchedule, scheduleWords } from "@/server/domain/endpoint/schedule";
import { AppError } from "@/server/errors";
import { checkReason } from "@/server/rollout/check-reason";
import type { Operator } from "@/server/rollout/types";
import { type EndpointDeps, requireManagement } from "../types";

interface Input {
  environment: string;
  reason: string;
}

/**
 * Sets the hours in which workers are kept, in the place of any before. Within a minute, and at each of its hours from then
 * on, the minimum is changed at RunPod by the verb that people use: with its price, its audit entry and its flag.
 */
export async function setEndpointSchedule(
  deps: EndpointDeps,
  operator: Operator,
  input: Input & { schedule: EndpointSchedule },
): Promise<void> {
  const { environment, schedule } = input;
  const reason = requireChange(deps, operator, input);
  await deps.db.transaction(async (tx) => {
    const before = await endpointSchedule(tx, environment, { lock: true });
    const snapshot = await requireSnapshot(tx, environment);
    const most = Math.max(schedule.workers, schedule.otherwise);
    if (most > snapshot.settings.workersMax) {
      const rule = `must not be above the endpoint's maximum: ${most} > ${snapshot.settings.workersMax}. Raise the maximum first`;
      const field = schedule.workers === most ? "workers" : "otherwise";
      throw new AppError("BAD_REQUEST", `${field} ${rule}`, { problems: [{ field, rule }] });
    }
    const values = {
      ...schedule,
      weekdays: [...new Set(schedule.weekdays)].sort((one, other) => one - other),
      seenSnapshot: snapshot.id,
      suspendedAt: null,
      suspendedBy: null,
      problem: null,
      setBy: operator.principal.name,
      setAt: sql`clock_timestamp()`,
    };
    await tx
      .insert(endpointSchedules)
      .values({ environment, ...values })
      .onConflictDoUpdate({ target: endpointSchedules.environment, set: values });
    await audit(tx, operator, { environment, reason, action: "endpoint.schedule_set", before, after: schedule });
  });
}

/** Takes the schedule away. The minimum stays as it is just now: it is changed by nobody any more. */
export async function removeEndpointSchedule(deps: EndpointDeps, operator: Operator, input: Input): Promise<void> {
  const { environment } = input;
  const reason = requireChange(deps, operator, input);
  await deps.db.transaction(async (tx) => {
    const before = await endpointSchedule(tx, environment, { lock: true });
    if (before === null) throw new AppError("CONFLICT", `there is no schedule in ${environment}`);
    await tx.delete(endpointSchedules).where(eq(endpointSchedules.environment, environment));
    await audit(tx, operator, { environment, reason, action: "endpoint.schedule_removed", before, after: null });
  });
}

/** Lets a schedule go on that somebody's own change had suspended: from the next look on the hours decide again. */
export async function resumeEndpointSchedule(deps: EndpointDeps, operator: Operator, input: Input): Promise<void> {
  const { environment } = input;
  const reason = requireChange(deps, operator, input);
  await deps.db.transaction(async (tx) => {
    const before = await endpointSchedule(tx, environment, { lock: true });
    if (before === null || before.suspendedAt === null)
      throw new AppError(
        "CONFLICT",
        before === null ? `there is no schedule in ${environment}` : "the schedule is not suspended",
      );
    const { id: seenSnapshot } = await requireSnapshot(tx, environment);
    await tx
      .update(endpointSchedules)
      .set({ suspendedAt: null, suspendedBy: null, problem: null, seenSnapshot })
      .where(eq(endpointSchedules.environment, environment));
    await audit(tx, operator, { environment, reason, action: "endpoint.schedule_resumed", before, after: before });
  });
}

function requireChange(deps: EndpointDeps, { principal }: Operator, { environment, reason }: Input): string {
  requireScope(principal, "operate");
  requireEnvironment(principal, environment);
  requireManagement(deps, environment);
  return checkReason(reason);
}

async function requireSnapshot(tx: Transaction, environment: string) {
  const newest = await newestSnapshot(tx, environment);
  if (newest === null)
    throw new AppError("CONFLICT", "the endpoint was not read yet: wait for its first look, within a minute");
  return newest;
}

interface Entry {
  environment: string;
  reason: string;
  action: string;
  before: StoredSchedule | null;
  after: EndpointSchedule | null;
}

function audit(
  tx: Transaction,
  operator: Operator,
  { environment, reason, action, before, after }: Entry,
): Promise<void> {
  const words = (schedule: EndpointSchedule | null) => (schedule === null ? "none" : scheduleWords(schedule));
  return recordAudit(tx, {
    action,
    target: `schedule ${words(after)}`,
    actor: operator.principal.name,
    via: operator.via,
    environment,
    before: { schedule: words(before) },
    after: { schedule: words(after) },
    reason,
    requestId: operator.requestId,
  });
}
