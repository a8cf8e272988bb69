import { and, eq, isNull, ne, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generations, incidents } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { CANDIDATE, type GenerationState, type InFlightChoice } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { Operator, RolloutDeps } from "./types";

export interface InFlight {
  id: string;
  state: GenerationState;
  ageMs: number;
  resendRequested: boolean;
}

/** Open generations whose job is at the candidate by the rollout's decision, oldest first. Those that named it stay. */
export async function listInFlight(db: DatabaseOrTransaction, environment: string): Promise<InFlight[]> {
  return db
    .select({
      id: generations.id,
      state: generations.state,
      ageMs: sql<number>`(extract(epoch from clock_timestamp() - ${generations.createdAt}) * 1000)::float8`,
      resendRequested: sql<boolean>`${generations.resendRequestedAt} is not null`,
    })
    .from(generations)
    .where(
      and(
        isNull(generations.finishedAt),
        eq(generations.environment, environment),
        eq(generations.provider, CANDIDATE),
        isNull(generations.forcedProvider),
        ne(generations.state, "queued"),
      ),
    )
    .orderBy(generations.id)
    .limit(500);
}

/**
 * What becomes of the jobs that were at the candidate when it was left. `drain`: they end there. `cancel_and_resend`:
 * each is stopped there and sent again by the route in force; the stopped part is paid and stays in the ledger. Gives
 * how many were asked to be sent again. May run twice.
 */
export async function chooseInFlight(
  deps: RolloutDeps & { wake(): void },
  operator: Operator,
  input: { incidentId: string; choice: InFlightChoice },
): Promise<{ resent: number }> {
  requireScope(operator.principal, "operate");
  const resent = await deps.db.transaction(async (tx) => {
    const [incident] = await tx.select().from(incidents).where(eq(incidents.id, input.incidentId)).for("update");
    if (!incident) throw new AppError("NOT_FOUND", "no incident has this id");
    requireEnvironment(operator.principal, incident.environment);
    await tx.update(incidents).set({ inFlightChoice: input.choice }).where(eq(incidents.id, incident.id));
    const asked =
      input.choice === "drain"
        ? []
        : await tx
            .update(generations)
            .set({ resendRequestedAt: sql`clock_timestamp()`, nextAt: sql`clock_timestamp()` })
            .where(
              and(
                isNull(generations.finishedAt),
                eq(generations.environment, incident.environment),
                eq(generations.provider, CANDIDATE),
                isNull(generations.forcedProvider),
                isNull(generations.resendRequestedAt),
                // A picture that is being stored is made and paid: stopping it would lose both.
                ne(generations.state, "storing"),
              ),
            )
            .returning({ id: generations.id });
    await recordAudit(tx, {
      action: "incident.in_flight_chosen",
      actor: operator.principal.name,
      via: operator.via,
      environment: incident.environment,
      target: incident.id,
      before: { inFlightChoice: incident.inFlightChoice },
      after: { inFlightChoice: input.choice, resent: asked.length },
      requestId: operator.requestId,
    });
    return asked.length;
  });
  if (resent > 0) deps.wake();
  return { resent };
}
