import { openRun } from "@/db/queries/checklist";
import { checklistResults, checklistRuns } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { CHECKLIST_ITEMS, type ChecklistItem } from "@/server/domain/checklist";
import { newId } from "@/server/domain/ids";
import type { ProviderId } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { requireConfigured } from "@/server/rollout/require-configured";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { configurationMark } from "./configuration-mark";

export interface StartRunInput {
  environment: string;
  provider: ProviderId;
  /** In the plan's order, whatever the order here. Null: all six. */
  items: ChecklistItem[] | null;
}

/**
 * Orders a run of the testing checklist; the next free worker takes it. Throws CONFLICT while another run of that
 * environment is under way, NOT_CONFIGURED when the provider lacks credentials.
 */
export async function startRun(
  deps: Pick<RolloutDeps, "db" | "config">,
  operator: Operator,
  input: StartRunInput,
): Promise<{ runId: string }> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment, provider } = input;
  const items = CHECKLIST_ITEMS.filter((item) => input.items === null || input.items.includes(item));
  if (items.length === 0) {
    const rule = `must name at least one of ${CHECKLIST_ITEMS.join(", ")}`;
    throw new AppError("BAD_REQUEST", `items ${rule}`, { problems: [{ field: "items", rule }] });
  }
  await currentRevision(deps.db, environment);
  requireConfigured(deps, environment, provider);
  const configuration = await configurationMark(deps.db, deps.config, environment);
  const runId = newId();
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(checklistRuns)
      .values({ id: runId, environment, provider, items, startedBy: actor, via: operator.via, configuration })
      .onConflictDoNothing()
      .returning({ id: checklistRuns.id });
    if (!row) {
      const open = await openRun(tx, environment);
      const who = open ? ` ${open.startedBy} started it at ${open.createdAt.toISOString()}.` : "";
      throw new AppError("CONFLICT", `a checklist of ${environment} is running:${who} wait for its end or cancel it`);
    }
    await tx.insert(checklistResults).values(
      items.map((item) => ({
        id: newId(),
        runId,
        environment,
        item,
        state: "waiting" as const,
        configuration,
        recordedBy: actor,
      })),
    );
    await recordAudit(tx, {
      action: "checklist.started",
      actor,
      via: operator.via,
      environment,
      target: runId,
      after: { provider, items },
      requestId: operator.requestId,
    });
  });
  return { runId };
}
