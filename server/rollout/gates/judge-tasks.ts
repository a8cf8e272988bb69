import { eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { phaseTasks, rolloutRevisions } from "@/db/schema";
import type { GateFacts } from "@/server/domain/gate-facts";
import type { RolloutPolicy } from "@/server/domain/gates-policy";
import { judgeTask, TASKS, type TaskInfo } from "@/server/domain/phase-tasks";
import { CANDIDATE, CONTROL, type ProviderId } from "@/server/domain/vocabulary";
import { readReadiness } from "../readiness";

export interface TaskView extends TaskInfo {
  done: boolean;
  /** By what it is done or not, in words: a measurement, or the person's note. */
  words: string;
  /** Of a person's tick; null for the others. */
  doneBy: string | null;
  doneAtMs: number | null;
}

const DAY_MS = 24 * 3_600_000;

/** The plan's tasks in an environment, in the plan's order, from the facts that its gates are judged on. */
export async function judgeTasks(
  db: DatabaseOrTransaction,
  gateFacts: GateFacts,
  policy: RolloutPolicy,
  now: Date,
): Promise<TaskView[]> {
  const { environment } = gateFacts;
  const [ticks, highest, here, there] = await Promise.all([
    db.select().from(phaseTasks).where(eq(phaseTasks.environment, environment)),
    db
      .select({ shareBp: sql<number>`max(${rolloutRevisions.candidateShareBp})`.mapWith(Number) })
      .from(rolloutRevisions)
      .where(eq(rolloutRevisions.environment, environment)),
    readReadiness(db, environment),
    readReadiness(db, gateFacts.canary.environment),
  ]);
  const isReady = (list: typeof here, id: ProviderId) => {
    const check = list.find(({ provider }) => provider === id);
    return check && check.checkedAtMs !== null ? check.ok && !check.stale : null;
  };
  const facts = {
    ...gateFacts,
    controlReady: isReady(here, CONTROL),
    canaryEndpointOk: isReady(there, CANDIDATE),
    highestShareBp: highest[0]?.shareBp ?? 0,
    canaryNeeded: policy.gates.canaryGenerations,
    soakMs: policy.gates.soakDays * DAY_MS,
    checklistMaxAgeMs: policy.gates.checklistMaxAgeDays * DAY_MS,
    nowMs: now.getTime(),
  };
  return TASKS.map((task): TaskView => {
    const judged = judgeTask(task.key, facts);
    if (judged) return { ...task, ...judged, doneBy: null, doneAtMs: null };
    const tick = ticks.find((row) => row.task === task.key);
    if (tick) {
      return { ...task, done: true, words: tick.note, doneBy: tick.doneBy, doneAtMs: tick.doneAt.getTime() };
    }
    const words = task.inPlan ? "ticked in the rollout plan" : "waits for a person's tick";
    return { ...task, done: task.inPlan === true, words, doneBy: null, doneAtMs: null };
  });
}
