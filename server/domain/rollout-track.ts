import { STEP_INFO, STEPS, type Step } from "./gates";
import type { GatesPolicy } from "./gates-policy";
import type { Phase } from "./vocabulary";

/** Of a revision, what the track needs. */
export interface TrackRevision {
  environment: string;
  number: number;
  candidateShareBp: number;
  phase: Phase;
  held: boolean;
  details: Record<string, unknown> | null;
  createdAtMs: number;
}

export interface TrackNode {
  step: Step;
  title: string;
  /** `held`: the present step, since a rollback, until somebody resumes. */
  state: "done" | "current" | "next" | "held" | "ahead";
}

/**
 * Where an environment stands. With traffic at the candidate the share says it; without, the phase, and after a
 * rollback from a gradual step the canary is what was passed last.
 */
export function currentStep(
  revision: Pick<TrackRevision, "environment" | "candidateShareBp" | "phase">,
  policy: Pick<GatesPolicy, "stagingEnvironment">,
): Step {
  const { candidateShareBp: shareBp, phase } = revision;
  if (revision.environment === policy.stagingEnvironment) {
    return shareBp > 0 || phase !== "validation" ? "canary" : "validation";
  }
  if (shareBp === 0) return phase === "validation" ? "validation" : "canary";
  if (shareBp < 5_000) return "gradual_10";
  if (shareBp < 10_000) return "gradual_50";
  return phase === "deprecation" ? "deprecation" : "gradual_100";
}

/** The step after the present one; null at the end. In the staging environment the way goes on in the others. */
export function nextStep(
  revision: Pick<TrackRevision, "environment" | "candidateShareBp" | "phase">,
  policy: Pick<GatesPolicy, "stagingEnvironment">,
): Step | null {
  const current = currentStep(revision, policy);
  if (current === "canary" && revision.environment === policy.stagingEnvironment) return null;
  return STEPS[STEPS.indexOf(current) + 1] ?? null;
}

export function trackOf(revision: TrackRevision, policy: Pick<GatesPolicy, "stagingEnvironment">): TrackNode[] {
  const current = STEPS.indexOf(currentStep(revision, policy));
  const next = nextStep(revision, policy);
  return STEPS.map((step, index) => {
    const present = revision.held ? "held" : "current";
    const state = index < current ? "done" : index === current ? present : step === next ? "next" : "ahead";
    return { step, title: STEP_INFO[step].title, state };
  });
}

/**
 * Since which revision the present share has stood, from revisions newest first. Reasons, resumptions and phases do
 * not restart it, nor does a rollback that was undone: a drill must not cost the evidence of the step. Null: no
 * revisions.
 */
export function shareStanding<R extends Pick<TrackRevision, "number" | "candidateShareBp" | "details">>(
  revisions: readonly R[],
): R | null {
  const newest = revisions[0];
  if (!newest) return null;
  let since = newest;
  for (let index = 0; index < revisions.length; index++) {
    const revision = revisions[index];
    if (!revision || revision.candidateShareBp !== newest.candidateShareBp) break;
    since = revision;
    const undone = revisions[index + 1];
    if (revision.details?.kind === "undo" && undone && revision.details.of === undone.number) index += 1;
  }
  return since;
}
