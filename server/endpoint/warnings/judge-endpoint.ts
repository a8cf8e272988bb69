import { eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { readDigestPlan } from "@/db/queries/digests";
import { endpointCheck } from "@/db/queries/endpoint";
import { type EndpointWarning, openWarnings } from "@/db/queries/endpoint-warnings";
import { endpointChecks, endpointWarnings, warningDeliveries } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import type { DigestChannel } from "@/server/domain/digest";
import { FINDING_KEYS, type Finding } from "@/server/domain/endpoint/guardian";
import { stepWarning, type WarningEvent } from "@/server/domain/endpoint/warning";
import { newId } from "@/server/domain/ids";
import { readEndpointStatus } from "../read-status";
import type { EndpointDeps } from "../types";

/**
 * Lets the guardian judge the newest look: what lasts becomes a warning, one of each kind, and what stays away ends it.
 * A look counts once however many instances judge it: the row of the look is locked and remembers that it was judged.
 */
export async function judgeEndpoint(deps: EndpointDeps, environment: string, now: Date): Promise<void> {
  if (deps.management(environment) === null) return endAll(deps, environment);
  const status = await readEndpointStatus({ ...deps, controlModel: null }, environment, now);
  if (status === null || status.checkedAtMs === null) return;
  const { endpointId, checkedAtMs, findings } = status;
  await deps.db.transaction(async (tx) => {
    const check = await endpointCheck(tx, environment, { lock: true });
    const isNewest = check?.checkedAt?.getTime() === checkedAtMs;
    if (!isNewest || (check.judgedAt !== null && check.judgedAt.getTime() >= checkedAtMs)) return;
    await tx
      .update(endpointChecks)
      .set({ judgedAt: check.checkedAt })
      .where(eq(endpointChecks.environment, environment));
    const open = await openWarnings(tx, environment);
    for (const key of FINDING_KEYS) {
      const finding = findings.find((found) => found.key === key) ?? null;
      await apply(tx, { environment, endpointId }, open.find((warning) => warning.key === key) ?? null, finding);
    }
  });
}

async function apply(
  tx: Transaction,
  endpoint: { environment: string; endpointId: string },
  warning: EndpointWarning | null,
  finding: Finding | null,
): Promise<void> {
  const { state, level, looks } = warning ?? { state: "pending", level: "watch", looks: 0 };
  const open = warning === null || state === "resolved" ? null : { state, level, looks };
  const step = stepWarning(open, finding);
  if (step === null) return;
  if (step.kind === "resolve") {
    if (warning !== null) await resolve(tx, warning, "It has not been found any more for five looks on end.");
    return;
  }
  if (step.kind === "forget") {
    if (warning !== null) await tx.delete(endpointWarnings).where(eq(endpointWarnings.id, warning.id));
    return;
  }
  const words = finding === null ? {} : { title: finding.title, says: finding.says, todo: finding.todo };
  const firedAt = step.event === "fired" ? { firedAt: sql`clock_timestamp()` } : {};
  if (warning === null) {
    if (finding === null) return;
    const { key, title, says, todo } = finding;
    await tx.insert(endpointWarnings).values({ id: newId(), ...endpoint, key, title, says, todo, ...step.warning });
    return;
  }
  await tx
    .update(endpointWarnings)
    .set({ ...step.warning, ...words, ...firedAt })
    .where(eq(endpointWarnings.id, warning.id));
  if (step.event !== null) await tell(tx, { ...warning, ...step.warning, ...words }, step.event, null);
}

async function resolve(tx: Transaction, warning: EndpointWarning, reason: string): Promise<void> {
  await tx
    .update(endpointWarnings)
    .set({ state: "resolved", resolvedAt: sql`clock_timestamp()` })
    .where(eq(endpointWarnings.id, warning.id));
  await tell(tx, warning, "resolved", reason);
}

const SUBJECTS: Record<WarningEvent, (title: string) => string> = {
  fired: (title) => title,
  worse: (title) => `Worse: ${title}`,
  resolved: (title) => `Resolved: ${title}`,
};
const ACTIONS = { fired: "warning.fired", worse: "warning.worse", resolved: "warning.resolved" } as const;

/** The audit's entry, and a message for each way that is open to warnings, in the transaction that makes it true. */
async function tell(tx: Transaction, warning: EndpointWarning, event: WarningEvent, reason: string | null) {
  const { id, environment, endpointId, key, level, title, says, todo } = warning;
  const plan = await readDigestPlan(tx, environment);
  const channels: DigestChannel[] = [];
  if (plan.warnings && plan.emails.length > 0) channels.push("email");
  if (plan.warnings && plan.slack) channels.push("slack");
  const subject = `${SUBJECTS[event](title)} (${environment})`;
  const body = event === "resolved" ? `RunPod endpoint ${endpointId}. ${reason}` : `${says} ${todo}`;
  if (channels.length > 0)
    await tx
      .insert(warningDeliveries)
      .values(channels.map((channel) => ({ warningId: id, event, channel, environment, subject, body })))
      // A warning that grows worse twice is told of once.
      .onConflictDoNothing();
  await recordAudit(tx, {
    action: ACTIONS[event],
    target: title,
    actor: "Switchyard",
    via: "system",
    environment,
    after: { key, level, says },
    reason,
  });
}

/** Nobody looks any more where the endpoint's variables were taken away. */
async function endAll({ db }: EndpointDeps, environment: string): Promise<void> {
  if ((await openWarnings(db, environment)).length === 0) return;
  await db.transaction(async (tx) => {
    await endpointCheck(tx, environment, { lock: true });
    for (const warning of await openWarnings(tx, environment)) {
      if (warning.state === "firing") await resolve(tx, warning, "The endpoint is not configured any more.");
      else await tx.delete(endpointWarnings).where(eq(endpointWarnings.id, warning.id));
    }
  });
}
