import type { Database } from "@/db/client";
import { type GateResult, type Step, stepFor } from "@/server/domain/gates";
import type { RedGate } from "../change-share";
import { currentRevision } from "../revision";
import { evaluateGates } from "./evaluate-gates";
import type { GateConfig } from "./read-gate-facts";
import { readPolicy } from "./read-policy";

interface Deps {
  db: Database;
  config: GateConfig;
  /** Injected by tests; else the clock. */
  now?: () => Date;
}

/** For `changeShare`: the gates of the step to a share that are not green. A share that does not rise has none. */
export function redGates(deps: Deps): (environment: string, shareBp: number) => Promise<RedGate[]> {
  return async (environment, shareBp) => {
    const revision = await currentRevision(deps.db, environment);
    const { gates: policy } = await readPolicy(deps.db, environment);
    const step = stepFor(revision, shareBp, policy);
    return step === null ? [] : redGatesOfStep(deps, environment, step);
  };
}

/** The same for a step by its name: the way into deprecation changes no share. */
export async function redGatesOfStep(deps: Deps, environment: string, step: Step): Promise<RedGate[]> {
  const now = deps.now?.() ?? new Date();
  return toRed(await evaluateGates(deps.db, deps.config, environment, step, now));
}

function toRed(results: GateResult[]): RedGate[] {
  return results
    .filter(({ green }) => !green)
    .map(({ key, title, verdict }) => ({ key, title, why: `${KIND_WORDS[verdict.kind]}: ${verdict.words}` }));
}

const KIND_WORDS: Record<GateResult["verdict"]["kind"], string> = {
  proved_good: "good",
  proved_bad: "fails",
  not_proved_yet: "not yet",
  no_data: "no data",
};
