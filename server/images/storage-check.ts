import type { StorageFault } from "./storage-problem";

/** What is tried, in this order; a step that failed leaves out those that need it. `delete` always runs. */
export const STORAGE_STEPS = ["put", "head", "get", "signed_url", "private", "expiry", "delete"] as const;
export type StorageStepName = (typeof STORAGE_STEPS)[number];

export interface StorageStep {
  step: StorageStepName;
  outcome: "passed" | "failed" | "left_out";
  tookMs: number;
  /** What was seen, or what was wrong. */
  note: string;
}

/** The evidence of one store's check. Holds no secret and no address that still opens anything. */
export interface StorageCheck {
  store: "disk" | "r2";
  /** Address and bucket, or the folder. */
  where: string;
  ok: boolean;
  /** Of the first step that failed; null when all passed. */
  fault: StorageFault | null;
  problem: string | null;
  object: { key: string; sha256: string; sizeBytes: number };
  steps: StorageStep[];
  checkedAtMs: number;
}

type Work = () => Promise<string>;

/** Runs the steps of a check in order and writes down what came of each. */
export async function runSteps(
  steps: Record<StorageStepName, Work>,
  toFault: (error: unknown) => { fault: StorageFault; message: string },
): Promise<Pick<StorageCheck, "ok" | "fault" | "problem" | "steps">> {
  const done: StorageStep[] = [];
  let first: { fault: StorageFault; message: string } | null = null;
  for (const step of STORAGE_STEPS) {
    if (first !== null && step !== "delete") {
      done.push({ step, outcome: "left_out", tookMs: 0, note: "not tried after the failure above" });
      continue;
    }
    const startedMs = performance.now();
    const tookMs = () => Math.round(performance.now() - startedMs);
    try {
      const note = await steps[step]();
      done.push({ step, outcome: "passed", tookMs: tookMs(), note });
    } catch (error) {
      const problem = toFault(error);
      first ??= problem;
      done.push({ step, outcome: "failed", tookMs: tookMs(), note: problem.message });
    }
  }
  return { ok: first === null, fault: first?.fault ?? null, problem: first?.message ?? null, steps: done };
}
