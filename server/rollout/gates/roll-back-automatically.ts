import { and, desc, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { candidateOrder, controlSince } from "@/db/queries/rollback-numbers";
import { rolloutRevisions } from "@/db/schema";
import { localPrincipal } from "@/server/auth/access";
import { decideAutomaticRollback, type RollbackDecision, type RollbackNumbers } from "@/server/domain/gates-automation";
import type { RolloutPolicy } from "@/server/domain/gates-policy";
import { changeEvidence } from "@/server/domain/statistics/change-evidence";
import { CONTROL } from "@/server/domain/vocabulary";
import { failingReadiness } from "../readiness";
import { type RolledBack, rollBack } from "../roll-back";
import type { RolloutDeps } from "../types";
import { shareSince } from "./read-gate-facts";
import { readPolicy } from "./read-policy";

/** Control traffic is looked at from before the step: its jobs may have been accepted earlier. */
const DAY_MS = 24 * 3_600_000;

export interface AutomaticRollback {
  decision: RollbackDecision;
  /** Null: nothing was done. */
  result: RolledBack | null;
}

/**
 * One look at an environment by the automation: rolls back when the candidate is proved bad, with the numbers that
 * decided in the revision. Safe to run at any time and on several instances at once: a second one finds no traffic to
 * take back. Whether it may is the environment's policy.
 */
export async function rollBackAutomatically(
  deps: RolloutDeps,
  environment: string,
  now: Date,
): Promise<AutomaticRollback> {
  const policy = await readPolicy(deps.db, environment);
  const numbers = await readRollbackNumbers(deps, environment, policy, now);
  const last = await lastAutomaticAtMs(deps.db, environment);
  const decision = decideAutomaticRollback(numbers, policy.automation, last, now.getTime());
  if (!decision.rollBack) return { decision, result: null };
  const operator = { principal: localPrincipal("Automatic rollback"), via: "automation" as const, requestId: null };
  const result = await rollBack(deps, operator, {
    environment,
    reason: decision.why,
    pressedAtMs: now.getTime(),
    decidedOn: { ...numbers },
  });
  deps.log.warn("rollout: automatic rollback", { environment, why: decision.why });
  return { decision, result };
}

async function readRollbackNumbers(
  deps: Pick<RolloutDeps, "db" | "config">,
  environment: string,
  policy: RolloutPolicy,
  now: Date,
): Promise<RollbackNumbers> {
  const { revision, sinceMs } = await shareSince(deps.db, environment);
  const toMs = now.getTime();
  const { minSample, rollBackBelowBp } = policy.automation;
  const order = await candidateOrder(deps.db, { environment, fromMs: sinceMs, toMs }, minSample);
  const failures = order.failuresAt.length;
  const recentN = Math.min(minSample, order.n);
  const recentFailures = order.failuresAt.filter((place) => place > order.n - recentN).length;
  return {
    shareBp: revision.candidateShareBp,
    held: revision.held,
    evidence: evidenceOf(order, rollBackBelowBp / 10_000),
    candidate: { successes: order.n - failures, failures },
    recent: {
      fromMs: order.recentFromMs,
      candidate: { successes: recentN - recentFailures, failures: recentFailures },
      control:
        order.recentFromMs === null
          ? { successes: 0, failures: 0 }
          : await controlSince(deps.db, { environment, fromMs: order.recentFromMs - DAY_MS, toMs }, order.recentFromMs),
    },
    controlProblem: await problemOfControl(deps, environment),
  };
}

function evidenceOf({ n, failuresAt }: { n: number; failuresAt: number[] }, bound: number): number {
  const evidence = changeEvidence(bound);
  const failed = new Set(failuresAt);
  let value = 0;
  for (let place = 1; place <= n; place++) value = evidence.add(!failed.has(place));
  return value;
}

async function problemOfControl(deps: Pick<RolloutDeps, "db" | "config">, environment: string): Promise<string | null> {
  const missing = deps.config.missingVariables(environment, CONTROL);
  if (missing.length > 0) return `is not configured: ${missing.join(" and ")}`;
  return failingReadiness(deps.db, environment, CONTROL);
}

async function lastAutomaticAtMs(db: DatabaseOrTransaction, environment: string): Promise<number | null> {
  const [row] = await db
    .select({ createdAt: rolloutRevisions.createdAt })
    .from(rolloutRevisions)
    .where(
      and(
        eq(rolloutRevisions.environment, environment),
        eq(rolloutRevisions.source, "automation"),
        sql`${rolloutRevisions.details} ->> 'kind' = 'rollback'`,
      ),
    )
    .orderBy(desc(rolloutRevisions.number))
    .limit(1);
  return row?.createdAt.getTime() ?? null;
}
