import {
  STORAGE_STEPS,
  type StorageCheck,
  type StorageFault,
  type StorageStep,
  type StorageStepName,
} from "@/server/domain/storage";

type Work = () => Promise<string>;

/** Runs the steps of a check in order and writes down what came of each; null: there is no such step here. */
export async function runSteps(
  steps: Record<StorageStepName, Work | null>,
  toFault: (error: unknown) => { fault: StorageFault; message: string },
): Promise<Pick<StorageCheck, "ok" | "fault" | "problem" | "steps">> {
  const done: StorageStep[] = [];
  let first: { fault: StorageFault; message: string } | null = null;
  for (const step of STORAGE_STEPS) {
    const work = steps[step];
    if (work === null) continue;
    if (first !== null && step !== "delete") {
      done.push({ step, outcome: "left_out", tookMs: 0, note: "not tried after the failure above" });
      continue;
    }
    const startedMs = performance.now();
    const tookMs = () => Math.round(performance.now() - startedMs);
    try {
      const note = await work();
      done.push({ step, outcome: "passed", tookMs: tookMs(), note });
    } catch (error) {
      const problem = toFault(error);
      first ??= problem;
      done.push({ step, outcome: "failed", tookMs: tookMs(), note: problem.message });
    }
  }
  return { ok: first === null, fault: first?.fault ?? null, problem: first?.message ?? null, steps: done };
}
