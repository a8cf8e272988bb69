import { sql } from "drizzle-orm";
import { openRun } from "@/db/queries/checklist";
import { checklistResults } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { CHECKLIST_ITEM_INFO, type ChecklistItem, type EvidenceStep } from "@/server/domain/checklist";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { newId } from "@/server/domain/ids";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { checkReason } from "@/server/rollout/check-reason";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { configurationMark } from "./configuration-mark";
import { evidenceHash } from "./evidence-hash";
import { generationStep } from "./item-context";

export interface PassByHand {
  environment: string;
  item: ChecklistItem;
  note: string;
  /** A generation of the same operation that was looked at, kept as evidence; null or left out: only the note is. */
  evidence?: GenerationDetail | null;
}

/**
 * A person vouches for an item, with a note; it is shown as "by hand" wherever it counts. Throws CONFLICT while it runs
 * and BAD_REQUEST where the generation is no evidence of it.
 */
export async function passByHand(
  deps: Pick<RolloutDeps, "db" | "config">,
  operator: Operator,
  input: PassByHand,
): Promise<void> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment, item } = input;
  const note = checkedNote(input.note);
  const steps = input.evidence ? [evidenceStep(input.evidence, input)] : [];
  const configuration = await configurationMark(deps.db, deps.config, environment);
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    const open = await openRun(tx, environment);
    if (open?.items.includes(item)) {
      const { title } = CHECKLIST_ITEM_INFO[item];
      throw new AppError("CONFLICT", `"${title}" is part of the run under way: wait for its end or cancel it`);
    }
    const result = { item, state: "by_hand" as const, words: note, failureMode: null, steps };
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

function evidenceStep(detail: GenerationDetail, { environment, item }: PassByHand): EvidenceStep {
  const rule =
    detail.environment !== environment
      ? `must be of ${environment}, not of ${detail.environment}`
      : detail.operation !== item
        ? `must be a generation of ${item}, not of ${detail.operation}`
        : detail.provider !== CANDIDATE
          ? `must be made by ${PROVIDER_NAMES[CANDIDATE]}, not by ${PROVIDER_NAMES[detail.provider]}`
          : detail.state !== "succeeded"
            ? `must have succeeded; it is ${detail.state}`
            : null;
  if (rule !== null)
    throw new AppError("BAD_REQUEST", `generation ${rule}`, { problems: [{ field: "generationId", rule }] });
  return generationStep("looked at by a person", detail);
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
