import { sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { variableSightings } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { CANDIDATE, type ProviderId } from "@/server/domain/vocabulary";
import { appendRevision, auditView, currentRevision, lockRouting } from "./revision";
import type { RolloutDeps } from "./types";
import type { VariableReading } from "./variable-reading";

export type VariableSource = "process" | "file";
const ACTOR = "IMAGE_GENERATION_PROVIDER";

type Deps = Pick<RolloutDeps, "db" | "config" | "log">;

/**
 * Acts on what was read of the variable in one place. A provider that differs from the one last seen there moves all
 * traffic of every environment; an unchanged one changes nothing, so a restart cannot undo what came after it. A value
 * that was removed or names no provider changes nothing either and is kept as a problem to show. Gives the
 * environments that moved.
 */
export async function followVariable(deps: Deps, source: VariableSource, reading: VariableReading): Promise<string[]> {
  return deps.db.transaction(async (tx) => {
    await lockRouting(tx);
    const [sighting] = await tx.select().from(variableSightings).where(sql`${variableSightings.source} = ${source}`);
    const moved: string[] = [];
    if (reading.provider !== null && reading.provider !== sighting?.provider) {
      for (const environment of deps.config.environments) {
        if (await move(tx, environment, reading.provider)) moved.push(environment);
      }
    }
    const problem = problemOf(reading, sighting?.provider ?? null);
    const seen = { provider: reading.provider, problem, seenAt: sql`clock_timestamp()` };
    await tx
      .insert(variableSightings)
      .values({ source, ...seen })
      .onConflictDoUpdate({ target: variableSightings.source, set: seen });
    return moved;
  });
}

function problemOf(reading: VariableReading, before: ProviderId | null): string | null {
  if (reading.problem !== null) return reading.problem;
  return reading.provider === null && before !== null ? `${ACTOR} was removed: what it said last stays in force` : null;
}

async function move(tx: Transaction, environment: string, provider: ProviderId): Promise<boolean> {
  const current = await currentRevision(tx, environment);
  const candidateShareBp = provider === CANDIDATE ? 10_000 : 0;
  if (current.candidateShareBp === candidateShareBp) return false;
  const revision = await appendRevision(tx, current, {
    candidateShareBp,
    // Whoever sets the variable to the candidate has resumed; a hold on full traffic would only blind the automation.
    ...(provider === CANDIDATE ? { held: false } : {}),
    source: "env",
    actor: ACTOR,
    reason: `set to ${provider}`,
    details: { kind: "variable", provider },
  });
  await recordAudit(tx, {
    action: "rollout.variable_followed",
    actor: ACTOR,
    via: "env",
    environment,
    before: auditView(current),
    after: auditView(revision),
    reason: revision.reason,
  });
  return true;
}
