import { eq } from "drizzle-orm";
import { batchRow } from "@/db/queries/batches";
import { batches } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { AppError } from "@/server/errors";
import type { Operator } from "@/server/rollout/types";
import type { BatchDeps } from "./types";

export const BATCH_STEPS = ["pause", "resume", "cancel"] as const;
export type BatchStep = (typeof BATCH_STEPS)[number];

/** Pictures under way are finished by a pause and stopped by a cancel. Harmless twice. Throws CONFLICT after its end. */
export async function steerBatch(
  deps: Pick<BatchDeps, "db">,
  operator: Operator,
  input: { batchId: string; step: BatchStep },
): Promise<void> {
  requireScope(operator.principal, "generate");
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    const batch = await batchRow(tx, input.batchId, { lock: true });
    if (!batch) throw new AppError("NOT_FOUND", "there is no such batch");
    requireEnvironment(operator.principal, batch.environment);
    if (batch.endedAt !== null) throw new AppError("CONFLICT", "this batch has ended");
    const change =
      input.step === "cancel"
        ? { cancelRequestedBy: batch.cancelRequestedBy ?? actor }
        : { isPaused: input.step === "pause" };
    await tx.update(batches).set(change).where(eq(batches.id, batch.id));
    await recordAudit(tx, {
      action: `batch.${input.step}`,
      actor,
      via: operator.via,
      environment: batch.environment,
      target: batch.id,
      requestId: operator.requestId,
    });
  });
}
