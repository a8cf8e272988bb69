import { requireEnvironment, requireScope } from "@/server/auth/access";
import { CANDIDATE, CONTROL, type Phase, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { changeRevision, requireSeen } from "./change-revision";
import { checkReason } from "./check-reason";
import { failingReadiness } from "./readiness";
import { requireConfigured } from "./require-configured";
import { currentRevision, type Revision } from "./revision";
import type { Operator, RolloutDeps } from "./types";

export interface ChangeShareInput {
  environment: string;
  /** Basis points to the candidate, 0 to 10,000. */
  shareBp: number;
  /** The phase that the change belongs to; null keeps the present one. */
  phase: Phase | null;
  reason: string;
  /** Number of the revision that the operator saw. */
  seenRevision: number;
  /** Go ahead although gates are red: the history names each of them. */
  override: boolean;
}

/** A gate that does not allow the step, and why not, in words. */
export interface RedGate {
  key: string;
  title: string;
  why: string;
}

export interface ChangeShareDeps extends RolloutDeps {
  /** The gates of the step to that share which are not green. */
  redGates(environment: string, shareBp: number): Promise<RedGate[]>;
}

/**
 * Appends a revision with a new share. Conditional on the revision that the operator saw, so that a stale page cannot
 * promote what another has just rolled back. Less for the candidate needs neither gates nor a ready control; more needs
 * green gates or an override, a control that answers (the way back must be open), and a rollout that is not held.
 */
export async function changeShare(
  deps: ChangeShareDeps,
  operator: Operator,
  input: ChangeShareInput,
): Promise<Revision> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  if (!Number.isInteger(input.shareBp) || input.shareBp < 0 || input.shareBp > 10_000) {
    const rule = "must be from 0 to 100 % with at most two decimals";
    throw new AppError("BAD_REQUEST", `share ${rule}`, { problems: [{ field: "share", rule }] });
  }
  const reason = checkReason(input.reason);
  const seen = await currentRevision(deps.db, input.environment);
  requireSeen(seen, input.seenRevision);
  if (input.shareBp > 0) requireConfigured(deps, input.environment, CANDIDATE);
  if (input.shareBp < 10_000) requireConfigured(deps, input.environment, CONTROL);
  const overridden = input.shareBp > seen.candidateShareBp ? await refuseUnready(deps, input, seen) : [];

  const { revision } = await changeRevision(deps, operator, {
    environment: input.environment,
    action: overridden.length > 0 ? "rollout.share_changed_by_override" : "rollout.share_changed",
    reason,
    decide: (current) => {
      // Gates and readiness were judged before the lock; they hold for this revision and no other.
      requireSeen(current, input.seenRevision);
      return {
        candidateShareBp: input.shareBp,
        ...(input.phase ? { phase: input.phase } : {}),
        details: { kind: "share", ...(overridden.length > 0 ? { overridden } : {}) },
      };
    },
  });
  return revision;
}

/** Throws CONFLICT with everything that speaks against more traffic for the candidate; gives what was overridden. */
async function refuseUnready(deps: ChangeShareDeps, input: ChangeShareInput, seen: Revision): Promise<RedGate[]> {
  if (seen.held) {
    throw new AppError("CONFLICT", "the rollout is held since its rollback: resume it with a reason first");
  }
  const problem = await failingReadiness(deps.db, input.environment, CONTROL);
  if (problem) {
    const name = PROVIDER_NAMES[CONTROL];
    // A provider's own words begin with its name.
    const why = problem.startsWith(`${name}: `) ? problem : `${name} ${problem}`;
    throw new AppError("CONFLICT", `the way back is not ready, so the share is not raised: ${why}`);
  }
  const red = await deps.redGates(input.environment, input.shareBp);
  if (red.length > 0 && !input.override) {
    const list = red.map((gate) => `${gate.title} (${gate.why})`).join("; ");
    throw new AppError(
      "CONFLICT",
      `not every gate is green: ${list}. An override needs the word "override" and a reason`,
      {
        problems: red.map((gate) => ({ field: `gates.${gate.key}`, rule: gate.why })),
      },
    );
  }
  return red;
}
