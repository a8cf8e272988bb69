import type { DatabaseOrTransaction } from "@/db/client";
import type { GateResult, Step } from "@/server/domain/gates";
import { judgeGates } from "@/server/domain/judge-gates";
import { type GateConfig, readGateFacts } from "./read-gate-facts";
import { readPolicy } from "./read-policy";

/**
 * The gates that must be green to enter a step, in the plan's order, each with its measured value, n, interval,
 * window, verdict, population and the filter that shows its rows. Reads only; `now` ends every window. Throws
 * NOT_FOUND for an unknown environment.
 */
export async function evaluateGates(
  db: DatabaseOrTransaction,
  config: GateConfig,
  environment: string,
  step: Step,
  now: Date,
): Promise<GateResult[]> {
  const policy = await readPolicy(db, environment);
  const facts = await readGateFacts(db, config, environment, policy, now);
  return judgeGates(step, facts, policy.gates, now.getTime());
}
