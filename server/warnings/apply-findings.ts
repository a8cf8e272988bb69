import { eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { readDigestPlan } from "@/db/queries/digests";
import { openWarnings, type StoredWarning } from "@/db/queries/warnings";
import { storedWarnings, warningDeliveries } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import type { DigestChannel } from "@/server/domain/digest";
import { newId } from "@/server/domain/ids";
import { type Found, SUBJECT_NAMES, stepWarning, type WarningEvent } from "@/server/domain/warning";
import { overWords, subjectOf, type WarningKey } from "@/server/domain/warning-keys";

/** Where a warning belongs. */
export interface WarningPlace {
  environment: string;
  /** Null: it is about the installation. */
  endpointId: string | null;
}

/**
 * What one look makes of an environment's warnings of these kinds: what lasts becomes a warning, one of each kind, and
 * what stays away ends it. The caller holds a lock and sees to it that a look counts once.
 */
export async function applyFindings(
  tx: Transaction,
  place: WarningPlace,
  keys: readonly WarningKey[],
  findings: readonly Found<WarningKey>[],
): Promise<void> {
  const open = await openWarnings(tx, place.environment);
  for (const key of keys) {
    const finding = findings.find((found) => found.key === key) ?? null;
    await apply(tx, place, open.find((warning) => warning.key === key) ?? null, finding);
  }
}

/** Ends the warnings of these kinds at once, where nobody looks any more. */
export async function endWarnings(
  tx: Transaction,
  environment: string,
  keys: readonly WarningKey[],
  reason: string,
): Promise<void> {
  for (const warning of await openWarnings(tx, environment)) {
    if (!keys.includes(warning.key)) continue;
    if (warning.state === "firing") await resolve(tx, warning, reason);
    else await tx.delete(storedWarnings).where(eq(storedWarnings.id, warning.id));
  }
}

async function apply(
  tx: Transaction,
  place: WarningPlace,
  warning: StoredWarning | null,
  finding: Found<WarningKey> | null,
): Promise<void> {
  const { state, level, looks } = warning ?? { state: "pending", level: "watch", looks: 0 };
  const open = warning === null || state === "resolved" ? null : { state, level, looks };
  const step = stepWarning(open, finding);
  if (step === null) return;
  if (step.kind === "resolve") {
    if (warning !== null) await resolve(tx, warning, overWords(warning.key));
    return;
  }
  if (step.kind === "forget") {
    if (warning !== null) await tx.delete(storedWarnings).where(eq(storedWarnings.id, warning.id));
    return;
  }
  const words = finding === null ? {} : { title: finding.title, says: finding.says, todo: finding.todo };
  const firedAt = step.event === "fired" ? { firedAt: sql`clock_timestamp()` } : {};
  if (warning === null) {
    if (finding === null) return;
    const { key, title, says, todo } = finding;
    await tx.insert(storedWarnings).values({ id: newId(), ...place, key, title, says, todo, ...step.warning });
    return;
  }
  await tx
    .update(storedWarnings)
    .set({ ...step.warning, ...words, ...firedAt })
    .where(eq(storedWarnings.id, warning.id));
  if (step.event !== null) await tell(tx, { ...warning, ...step.warning, ...words }, step.event, null);
}

async function resolve(tx: Transaction, warning: StoredWarning, reason: string): Promise<void> {
  await tx
    .update(storedWarnings)
    .set({ state: "resolved", resolvedAt: sql`clock_timestamp()` })
    .where(eq(storedWarnings.id, warning.id));
  await tell(tx, warning, "resolved", reason);
}

const SUBJECTS: Record<WarningEvent, (title: string) => string> = {
  fired: (title) => title,
  worse: (title) => `Worse: ${title}`,
  resolved: (title) => `Resolved: ${title}`,
};
const ACTIONS = { fired: "warning.fired", worse: "warning.worse", resolved: "warning.resolved" } as const;

/** The audit's entry, and a message for each way that is open to warnings, in the transaction that makes it true. */
async function tell(tx: Transaction, warning: StoredWarning, event: WarningEvent, reason: string | null) {
  const { id, environment, endpointId, key, level, title, says, todo } = warning;
  const plan = await readDigestPlan(tx, environment);
  const channels: DigestChannel[] = [];
  if (plan.warnings && plan.emails.length > 0) channels.push("email");
  if (plan.warnings && plan.slack) channels.push("slack");
  const about = subjectOf(key);
  // The endpoint's titles name it; storage's say what R2 or a disk does.
  const target = about === "storage" ? `${SUBJECT_NAMES.storage}: ${title}` : title;
  const subject = `${SUBJECTS[event](target)} (${environment})`;
  const place = endpointId === null ? SUBJECT_NAMES[about] : `${SUBJECT_NAMES[about]} ${endpointId}`;
  const body = event === "resolved" ? `${place}. ${reason}` : `${says} ${todo}`;
  if (channels.length > 0)
    await tx
      .insert(warningDeliveries)
      .values(channels.map((channel) => ({ warningId: id, event, channel, environment, subject, body })))
      // A warning that grows worse twice is told of once.
      .onConflictDoNothing();
  await recordAudit(tx, {
    action: ACTIONS[event],
    target,
    actor: "Switchyard",
    via: "system",
    environment,
    after: { key, level, says },
    reason,
  });
}
