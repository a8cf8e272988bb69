import { eq } from "drizzle-orm";
import { endpointCheck } from "@/db/queries/endpoint";
import { openWarnings } from "@/db/queries/warnings";
import { endpointChecks } from "@/db/schema";
import { FINDING_KEYS } from "@/server/domain/endpoint/guardian";
import { subjectOf } from "@/server/domain/warning-keys";
import { applyFindings, endWarnings } from "@/server/warnings/apply-findings";
import { readEndpointStatus } from "./read-status";
import type { EndpointDeps } from "./types";

/**
 * Lets the guardian judge the newest look: what lasts becomes a warning, and what stays away ends it. A look counts
 * once however many instances judge it: the row of the look is locked and remembers that it was judged.
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
    await applyFindings(tx, { environment, endpointId }, FINDING_KEYS, findings);
  });
}

/** Nobody looks any more where the endpoint's variables were taken away. */
async function endAll({ db }: EndpointDeps, environment: string): Promise<void> {
  const isOpen = (await openWarnings(db, environment)).some(({ key }) => subjectOf(key) === "endpoint");
  if (!isOpen) return;
  await db.transaction(async (tx) => {
    await endpointCheck(tx, environment, { lock: true });
    await endWarnings(tx, environment, FINDING_KEYS, "The endpoint is not configured any more.");
  });
}
