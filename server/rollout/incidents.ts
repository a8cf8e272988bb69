import { and, asc, desc, eq, isNull } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { incidentItems, incidents } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { INCIDENT_ITEMS, type IncidentItem, type InFlightChoice } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { checkReason } from "./check-reason";
import type { Operator, RolloutDeps } from "./types";

export interface IncidentView {
  id: string;
  environment: string;
  title: string;
  revision: number;
  previousRevision: number;
  openedBy: string;
  openedAtMs: number;
  inFlightChoice: InFlightChoice | null;
  resolvedAtMs: number | null;
  resolvedBy: string | null;
  resolution: string | null;
  items: {
    item: IncidentItem;
    done: boolean;
    evidence: Record<string, unknown> | null;
    doneAtMs: number | null;
    doneBy: string | null;
  }[];
}

/** Newest first; open ones only when asked for. */
export async function listIncidents(
  db: DatabaseOrTransaction,
  filter: { environment: string; openOnly: boolean; limit: number },
): Promise<IncidentView[]> {
  const rows = await db
    .select()
    .from(incidents)
    .where(
      and(eq(incidents.environment, filter.environment), filter.openOnly ? isNull(incidents.resolvedAt) : undefined),
    )
    .orderBy(desc(incidents.openedAt))
    .limit(filter.limit);
  return Promise.all(rows.map((row) => withItems(db, row)));
}

/** Throws NOT_FOUND. */
export async function getIncident(db: DatabaseOrTransaction, id: string): Promise<IncidentView> {
  const [row] = await db.select().from(incidents).where(eq(incidents.id, id));
  if (!row) throw new AppError("NOT_FOUND", "no incident has this id");
  return withItems(db, row);
}

async function withItems(db: DatabaseOrTransaction, row: typeof incidents.$inferSelect): Promise<IncidentView> {
  const items = await db
    .select()
    .from(incidentItems)
    .where(eq(incidentItems.incidentId, row.id))
    .orderBy(asc(incidentItems.item));
  const { openedAt, resolvedAt, ...rest } = row;
  return {
    ...rest,
    openedAtMs: openedAt.getTime(),
    resolvedAtMs: resolvedAt?.getTime() ?? null,
    items: INCIDENT_ITEMS.flatMap((name) =>
      items
        .filter((entry) => entry.item === name)
        .map(({ item, done, evidence, doneAt, doneBy }) => ({
          item,
          done,
          evidence,
          doneAtMs: doneAt?.getTime() ?? null,
          doneBy,
        })),
    ),
  };
}

/** A person writes the root cause: the one item of the checklist that no machine can tick. */
export async function writeRootCause(
  deps: RolloutDeps,
  operator: Operator,
  input: { incidentId: string; rootCause: string },
  now: Date,
): Promise<void> {
  requireScope(operator.principal, "operate");
  const rootCause = checkReason(input.rootCause);
  await deps.db.transaction(async (tx) => {
    const incident = await getIncident(tx, input.incidentId);
    requireEnvironment(operator.principal, incident.environment);
    const before = incident.items.find((entry) => entry.item === "root_cause");
    await tx
      .update(incidentItems)
      .set({ done: true, evidence: { rootCause }, doneAt: now, doneBy: operator.principal.name })
      .where(and(eq(incidentItems.incidentId, incident.id), eq(incidentItems.item, "root_cause")));
    await recordAudit(tx, {
      action: "incident.root_cause_written",
      actor: operator.principal.name,
      via: operator.via,
      environment: incident.environment,
      target: incident.id,
      before: before?.evidence ?? null,
      after: { rootCause },
      reason: rootCause,
      requestId: operator.requestId,
    });
  });
}

/** Ends an incident whose root cause is written; without one it needs a reason. */
export async function resolveIncident(
  deps: RolloutDeps,
  operator: Operator,
  input: { incidentId: string; reason: string | null },
  now: Date,
): Promise<void> {
  requireScope(operator.principal, "operate");
  await deps.db.transaction(async (tx) => {
    const incident = await getIncident(tx, input.incidentId);
    requireEnvironment(operator.principal, incident.environment);
    if (incident.resolvedAtMs !== null)
      throw new AppError("CONFLICT", `the incident was resolved by ${incident.resolvedBy}`);
    const explained = incident.items.some((entry) => entry.item === "root_cause" && entry.done);
    const resolution = explained && !input.reason?.trim() ? null : checkReason(input.reason ?? "");
    await tx
      .update(incidents)
      .set({ resolvedAt: now, resolvedBy: operator.principal.name, resolution })
      .where(and(eq(incidents.id, incident.id), isNull(incidents.resolvedAt)));
    await recordAudit(tx, {
      action: "incident.resolved",
      actor: operator.principal.name,
      via: operator.via,
      environment: incident.environment,
      target: incident.id,
      before: { resolvedAtMs: null },
      after: { resolvedAtMs: now.getTime(), resolution },
      reason: resolution,
      requestId: operator.requestId,
    });
  });
}
