import type { DatabaseOrTransaction } from "@/db/client";
import type { GateResult, Step } from "@/server/domain/gates";
import type { RolloutPolicy } from "@/server/domain/gates-policy";
import { judgeGates } from "@/server/domain/judge-gates";
import { nextStep, type TrackNode, trackOf } from "@/server/domain/rollout-track";
import { currentRevision, type Revision } from "../revision";
import { judgeTasks, type TaskView } from "./judge-tasks";
import { type GateConfig, readGateFacts } from "./read-gate-facts";
import { readPolicy } from "./read-policy";

export interface PhasesView {
  revision: Revision;
  policy: RolloutPolicy;
  /** Since when the present share has stood; the hold time of the next step is counted from there. */
  sinceMs: number;
  heldMs: number;
  /** Null: there is no further step in this environment. */
  nextStep: Step | null;
  /** The plan's way, each node with the gates that must be green to enter it. */
  track: (TrackNode & { gates: GateResult[] })[];
  tasks: TaskView[];
}

/** Everything that the rollout page and `switchyard phase` show of the plan, from one reading of the rows. */
export async function readPhases(
  db: DatabaseOrTransaction,
  config: GateConfig,
  environment: string,
  now: Date,
): Promise<PhasesView> {
  const nowMs = now.getTime();
  const policy = await readPolicy(db, environment);
  const revision = await currentRevision(db, environment);
  const facts = await readGateFacts(db, config, environment, policy, now);
  const track = trackOf(revision, policy.gates).map((node) => ({
    ...node,
    gates: judgeGates(node.step, facts, policy.gates, nowMs),
  }));
  return {
    revision,
    policy,
    sinceMs: facts.sinceMs,
    heldMs: Math.max(0, nowMs - facts.sinceMs),
    nextStep: nextStep(revision, policy.gates),
    track,
    tasks: await judgeTasks(db, facts, policy, now),
  };
}
