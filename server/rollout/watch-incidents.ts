import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { incidentItems, incidents } from "@/db/schema";
import { CONTROL, type IncidentItem } from "@/server/domain/vocabulary";
import { checkProvider, lastCheck } from "./readiness";
import type { RolloutDeps } from "./types";

/** The plan: error rate below 2 % is the target. Per attempt, over the last minute, and not on a handful. */
const ERROR_RATE_TARGET = 0.02;
const WINDOW_S = 60;
const LEAST_ATTEMPTS = 10;
/** With so little traffic the error rate is judged on all attempts since the rollback, once this long ago. */
const QUIET_AFTER_S = 300;

/**
 * Ticks what a machine can tick on the checklists of open incidents: the control's credentials by a live call, and the
 * error rate once it is back within target, with the time that took. Harmless when two instances run it.
 */
export async function watchIncidents(deps: RolloutDeps): Promise<void> {
  const open = await deps.db.select().from(incidents).where(isNull(incidents.resolvedAt));
  for (const incident of open) {
    const items = await deps.db.select().from(incidentItems).where(eq(incidentItems.incidentId, incident.id));
    const isOpen = (item: IncidentItem) => items.some((entry) => entry.item === item && !entry.done);
    if (isOpen("control_verified")) await verifyControl(deps, incident);
    if (isOpen("error_rate_back")) await judgeErrorRate(deps.db, incident);
  }
}

async function tick(
  db: Database,
  incidentId: string,
  item: IncidentItem,
  done: boolean,
  evidence: Record<string, unknown>,
): Promise<void> {
  await db
    .update(incidentItems)
    .set({ done, evidence, ...(done ? { doneAt: sql`clock_timestamp()`, doneBy: "Switchyard" } : {}) })
    .where(and(eq(incidentItems.incidentId, incidentId), eq(incidentItems.item, item), eq(incidentItems.done, false)));
}

async function verifyControl(deps: RolloutDeps, incident: typeof incidents.$inferSelect): Promise<void> {
  await checkProvider(deps, incident.environment, CONTROL);
  const check = await lastCheck(deps.db, incident.environment, CONTROL);
  if (!check) return;
  const { ok, roundTripMs, problem, checkedWhat } = check;
  await tick(deps.db, incident.id, "control_verified", ok, { ok, roundTripMs, problem, checkedWhat });
}

async function judgeErrorRate(db: Database, incident: typeof incidents.$inferSelect): Promise<void> {
  const { rows } = await db.execute<{
    recent: number;
    recentFailed: number;
    all: number;
    allFailed: number;
    sinceMs: number;
  }>(sql`
    select count(*) filter (where recent)::int as recent, count(*) filter (where recent and failed)::int as "recentFailed",
      count(*)::int as all, count(*) filter (where failed)::int as "allFailed",
      (extract(epoch from clock_timestamp() - ${incident.openedAt}) * 1000)::float8 as "sinceMs"
    from (select a.state in ('failed', 'ambiguous') as failed, a.finished_at > clock_timestamp() - make_interval(secs => ${WINDOW_S}) as recent
      from attempts a join generations g on g.id = a.generation_id
      where a.environment = ${incident.environment} and a.created_at >= ${incident.openedAt} and a.finished_at is not null
        and a.state in ('succeeded', 'failed', 'ambiguous') and g.source in ('api', 'cli')) x`);
  const counted = rows[0];
  if (!counted) return;
  const quiet = counted.sinceMs > QUIET_AFTER_S * 1000 && counted.recent < LEAST_ATTEMPTS;
  const n = quiet ? counted.all : counted.recent;
  const failed = quiet ? counted.allFailed : counted.recentFailed;
  const errorRate = n === 0 ? null : failed / n;
  const done = n >= LEAST_ATTEMPTS && errorRate !== null && errorRate < ERROR_RATE_TARGET;
  await tick(db, incident.id, "error_rate_back", done, {
    n,
    errorRate,
    target: ERROR_RATE_TARGET,
    windowS: quiet ? null : WINDOW_S,
    ...(done ? { tookMs: Math.round(counted.sinceMs) } : {}),
  });
}
