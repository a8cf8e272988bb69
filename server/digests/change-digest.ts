import { sql } from "drizzle-orm";
import { readDigestPlan } from "@/db/queries/digests";
import { digestSettings } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { DigestPlan } from "@/server/domain/digest";
import { AppError } from "@/server/errors";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import type { DigestChannels } from "./types";

export interface ChangeDigestInput extends DigestPlan {
  environment: string;
}

/**
 * Sets when the weekly digest goes out and to whom. What was due before it was switched on is not sent afterwards.
 * Throws BAD_REQUEST naming the field where a way is chosen that the configuration does not open.
 */
export async function changeDigest(
  deps: Pick<RolloutDeps, "db"> & { channels: DigestChannels },
  operator: Operator,
  input: ChangeDigestInput,
): Promise<void> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment, ...given } = input;
  const plan: DigestPlan = { ...given, emails: [...new Set(given.emails)] };
  requireWay(deps.channels, plan);
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`digest ${environment}`}))`);
    const before = await readDigestPlan(tx, environment);
    const values = { ...plan, updatedBy: actor, updatedAt: sql`clock_timestamp()` };
    const begins = plan.enabled && !before.enabled;
    await tx
      .insert(digestSettings)
      .values({ environment, ...values, since: sql`clock_timestamp()` })
      .onConflictDoUpdate({
        target: digestSettings.environment,
        set: begins ? { ...values, since: sql`clock_timestamp()` } : values,
      });
    await recordAudit(tx, {
      action: "digest.changed",
      actor,
      via: operator.via,
      environment,
      before,
      after: plan,
      requestId: operator.requestId,
    });
  });
}

function requireWay(channels: DigestChannels, plan: DigestPlan): void {
  if (!plan.enabled) return;
  const problems = [];
  const [noMail, noSlack] = [channels.missing("email"), channels.missing("slack")];
  if (plan.emails.length > 0 && noMail) problems.push({ field: "emails", rule: `cannot be used: ${noMail}` });
  if (plan.slack && noSlack) problems.push({ field: "slack", rule: `cannot be used: ${noSlack}` });
  if (plan.emails.length === 0 && !plan.slack)
    problems.push({ field: "enabled", rule: "needs an e-mail address or Slack to send to" });
  const [first] = problems;
  if (first) throw new AppError("BAD_REQUEST", `${first.field} ${first.rule}`, { problems });
}

/** Puts a delivery that is not known to have arrived, or that has failed, back in line. */
export async function sendDigestAgain(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: { environment: string; week: string; channel: "email" | "slack" },
): Promise<void> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  await deps.db.transaction(async (tx) => {
    const { rowCount } = await tx.execute(
      sql`update digest_deliveries set state = 'waiting', tries = 0, next_at = clock_timestamp(), lease_until = null
        where environment = ${input.environment} and week = ${input.week} and channel = ${input.channel}
          and state in ('failed', 'unsure')`,
    );
    if (rowCount !== 1) throw new AppError("CONFLICT", "that digest is not one that failed or may not have arrived");
    await recordAudit(tx, {
      action: "digest.sent_again",
      actor: operator.principal.name,
      via: operator.via,
      environment: input.environment,
      target: `${input.week} ${input.channel}`,
      requestId: operator.requestId,
    });
  });
}
