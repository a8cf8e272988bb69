import type { Outcomes } from "./statistics/compare-rates";
import type { TimeSpan } from "./statistics/verdict";

/** One item of the testing checklist as its newest run left it. */
export interface ChecklistItemFact {
  item: string;
  passed: boolean;
  atMs: number;
}

/** What of the present step was counted: sources api and cli, this environment, accepted since its share was set. */
export interface StepFacts {
  window: TimeSpan;
  /** Ended generations whose provider is the candidate, as on every page: the outcome is what the caller got. */
  generations: Outcomes;
  /** Ended attempts at the candidate, rescued by a fallback or not. */
  attempts: Outcomes;
  /** Generations that found a warm worker at the candidate and succeeded. */
  warm: { n: number; under: number; valueMs: number | null; lowMs: number | null; highMs: number | null };
  /**
   * Generations that the share's hash sent to each side, by what that side did with them: saved by a fallback is a
   * failure, refused for what the request asks (invalid, content) is left out, and so is a provider that was named.
   */
  routed: { candidate: Outcomes; control: Outcomes };
}

export interface DrillFact {
  /** The rollback's revision. */
  revision: number;
  atMs: number;
  /** Pressed to committed; null where the moment of pressing was not recorded. */
  tookMs: number | null;
  /** Attempts at the candidate that began after it, decided before it. Promised to be 0. */
  late: number;
}

/** Everything that gates are judged on. Null is not known. */
export interface GateFacts {
  environment: string;
  shareBp: number;
  /** Since when the present share has stood. */
  sinceMs: number;
  candidateCheck: { ok: boolean; problem: string | null; ageMs: number } | null;
  /** Empty: the checklist was never run. */
  checklist: ChecklistItemFact[];
  canary: {
    environment: string;
    /** An environment that is its own canary has no other to serve in. */
    isOwn: boolean;
    shareBp: number;
    window: TimeSpan;
    generations: Outcomes;
  };
  /** Titles of incidents that are not resolved, here and in the canary's environment. */
  openIncidents: string[];
  step: StepFacts;
  /** Cold starts ("successes" are cold) in the later and the earlier half of the last two days, or of what there is. */
  cold: { window: TimeSpan; late: Outcomes; early: Outcomes };
  drill: DrillFact | null;
  /** What people found of pairs without knowing who made which, here and in the canary's environment. */
  blind: {
    window: TimeSpan;
    environments: string[];
    candidateWins: number;
    controlWins: number;
    noDifference: number;
    voters: number;
  };
}
