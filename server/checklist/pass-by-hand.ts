import { sql } from "drizzle-orm";
import { openRun } from "@/db/queries/checklist";
import { checklistResults } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { CHECKLIST_ITEM_INFO, type ChecklistItem } from "@/server/domain/checklist";
import { newId } from "@/server/domain/ids";
import { AppError } from "@/server/errors";
import { checkReason } from "@/server/rollout/check-reason";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { configurationMark } from "./configuration-mark";
import { evidenceHash } from "./evidence-hash";

/** A person vouches for an item, with a note; it is shown as "by hand" wherever it counts. Throws CONFLICT while it runs. */
export async function passByHand(
  deps: Pick<RolloutDeps, "db" | "config">,
  operator: Operator,
  input: { environment: string; item: ChecklistItem; note: string },
): Promise<void> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment, item } = input;
  const note = checkedNote(input.note);
  const configuration = await configurationMark(deps.db, deps.config, environment);
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    const open = await openRun(tx, environment);
    if (open?.items.includes(item)) {
      const { title } = CHECKLIST_ITEM_INFO[item];
      throw new AppError("CONFLICT", `"${title}" is part of the run under way: wait for its end or cancel it`);
    }
    const result = { item, state: "by_hand" as const, words: note, failureMode: null, steps: [] };
    await tx.insert(checklistResults).values({
      ...result,
      id: newId(),
      runId: null,
      environment,
      configuration,
      recordedBy: actor,
      evidenceSha256: evidenceHash(result),
      startedAt: sql`clock_timestamp()`,
      endedAt: sql`clock_timestamp()`,
    });
    await recordAudit(tx, {
      action: "checklist.passed_by_hand",
      actor,
      via: operator.via,
      environment,
      target: item,
      after: { configuration },
      reason: note,
      requestId: operator.requestId,
    });
  });
}

function checkedNote(note: string): string {
  try {
    return checkReason(note);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    const problems = error.problems.map(({ rule }) => ({ field: "note", rule }));
    throw new AppError("BAD_REQUEST", `note ${problems[0]?.rule ?? "is not valid"}`, { problems });
  }
}
