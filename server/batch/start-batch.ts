import { batchCalls, batches } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { BATCH_CAP_MAX_MICROS, type BatchParams, batchProblems } from "@/server/domain/batch";
import { newId } from "@/server/domain/ids";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { AppError, type FieldProblem } from "@/server/errors";
import { requireConfigured } from "@/server/rollout/require-configured";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator } from "@/server/rollout/types";
import { estimateCalls } from "./estimate-batch";
import type { BatchDeps } from "./types";

const NAME_MAX = 80;

export interface StartBatchInput {
  environment: string;
  name: string;
  prompts: string[];
  params: BatchParams;
  capMicros: number;
}

/** Orders a batch; workers make its pictures. Throws BAD_REQUEST with every rule that is broken, before anything is stored. */
export async function startBatch(
  deps: BatchDeps,
  operator: Operator,
  input: StartBatchInput,
): Promise<{ batchId: string }> {
  requireScope(operator.principal, "generate");
  requireScope(operator.principal, "choose_provider");
  requireEnvironment(operator.principal, input.environment);
  const { environment, prompts, params, capMicros } = input;
  const name = input.name.trim().slice(0, NAME_MAX) || `${prompts.length} prompts`;
  const problems: FieldProblem[] = batchProblems(prompts, params);
  if (!Number.isInteger(capMicros) || capMicros <= 0 || capMicros > BATCH_CAP_MAX_MICROS)
    problems.push({ field: "cap", rule: "must be above $0 and at most $1,000" });
  if (problems.length > 0) {
    const [first] = problems;
    throw new AppError("BAD_REQUEST", `${first?.field} ${first?.rule}`, { problems });
  }
  await currentRevision(deps.db, environment);
  for (const provider of PROVIDER_IDS) requireConfigured(deps, environment, provider);
  // Without a price for each of them no cap could be kept.
  await estimateCalls(deps, deps.db, environment);
  const batchId = newId();
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    await tx.insert(batches).values({ id: batchId, environment, name, params, capMicros, startedBy: actor });
    await tx
      .insert(batchCalls)
      .values(
        prompts.flatMap((prompt, at) =>
          PROVIDER_IDS.map((provider) => ({ batchId, position: at + 1, provider, prompt })),
        ),
      );
    await recordAudit(tx, {
      action: "batch.started",
      actor,
      via: operator.via,
      environment,
      target: batchId,
      after: { name, prompts: prompts.length, capMicros },
      requestId: operator.requestId,
    });
  });
  return { batchId };
}
