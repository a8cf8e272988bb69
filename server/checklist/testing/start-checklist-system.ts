import { checklistRun, resultsOfRun } from "@/db/queries/checklist";
import type { ChecklistItem } from "@/server/domain/checklist";
import { startSystem, TESTER, type TestSystem } from "@/server/engine/testing/start-system";
import { until } from "@/server/engine/testing/until";
import { checkProvider } from "@/server/rollout/readiness";
import type { Operator } from "@/server/rollout/types";
import { startRun } from "../start-run";

export const ENVIRONMENT = "sandbox";
export const OPERATOR: Operator = { principal: TESTER, via: "console", requestId: null };

/** A system with a warm endpoint, its pictures drawn in full: they are what is measured. */
export async function startChecklistSystem(options: Parameters<typeof startSystem>[0] = {}): Promise<TestSystem> {
  const system = await startSystem({
    ...options,
    sandbox: { clockFactor: 100, endpoint: { workersMin: 2 }, ...options.sandbox },
  });
  for (const provider of ["scenario", "comfyui"] as const)
    await checkProvider(system.runtime.rollout, ENVIRONMENT, provider);
  return system;
}

export const order = (system: TestSystem, items: ChecklistItem[] | null = null) =>
  startRun(system.runtime.rollout, OPERATOR, { environment: ENVIRONMENT, provider: "comfyui", items });

/** Waits for the run's end. Gives each item's result by its name. */
export async function endOfRun(system: TestSystem, runId: string) {
  const { db } = system.runtime.rollout;
  await until("the run has ended", async () => ((await checklistRun(db, runId))?.endedAt ?? null) !== null);
  const results = await resultsOfRun(db, runId);
  return Object.fromEntries(results.map((result) => [result.item, result])) as Record<
    ChecklistItem,
    (typeof results)[number]
  >;
}

/** Orders a run and waits for its end. */
export async function runItems(system: TestSystem, items: ChecklistItem[] | null = null) {
  const { runId } = await order(system, items);
  return endOfRun(system, runId);
}
