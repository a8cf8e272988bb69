import { sql } from "drizzle-orm";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { DigestChannel } from "@/server/domain/digest";
import type { WarningEvent } from "@/server/domain/warning";
import { AppError } from "@/server/errors";
import type { Operator, RolloutDeps } from "@/server/rollout/types";

/**
 * Puts a message of a warning that is not known to have arrived, or that has failed, back in line, in the words that it
 * had. Throws CONFLICT for any other: what waits goes by itself, and what was sent is not sent twice.
 */
export async function sendWarningAgain(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: { environment: string; warningId: string; event: WarningEvent; channel: DigestChannel },
): Promise<void> {
  const { environment, warningId, event, channel } = input;
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, environment);
  await deps.db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ subject: string; before: string }>(
      sql`update warning_deliveries d set state = 'waiting', tries = 0, next_at = clock_timestamp(), lease_until = null
        from (select warning_id, event, channel, state from warning_deliveries
          where environment = ${environment} and warning_id = ${warningId} and event = ${event} and channel = ${channel}
            and state in ('failed', 'unsure') for update) old
        where d.warning_id = old.warning_id and d.event = old.event and d.channel = old.channel
        returning d.subject, old.state as before`,
    );
    const [row] = rows;
    if (row === undefined)
      throw new AppError("CONFLICT", "that message is not one that failed or may not have arrived: reload the page");
    await recordAudit(tx, {
      action: "warning.sent_again",
      actor: operator.principal.name,
      via: operator.via,
      environment,
      target: `${row.subject} (${event}) ${channel}`,
      before: { state: row.before },
      after: { state: "waiting" },
      requestId: operator.requestId,
    });
  });
}
