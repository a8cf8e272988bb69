import { CHECKLIST_ITEMS } from "./checklist";
import type { ChecklistItemFact, GateFacts } from "./gate-facts";
import { type GateKey, type GateResult, type GenerationLink, gateTitle, isAsked, STEP_INFO, type Step } from "./gates";
import type { GatesPolicy } from "./gates-policy";
import { judgeNotRisen, judgeNotWorse } from "./statistics/judge-difference";
import { judgeCount, judgeFact, judgeHeld } from "./statistics/judge-fact";
import { judgeQuantile } from "./statistics/judge-quantile";
import { judgeRate } from "./statistics/judge-rate";
import type { TimeSpan, Verdict } from "./statistics/verdict";
import { countWords, percentWords, spanWords } from "./statistics/words";
import { CANDIDATE, CONTROL, PROVIDER_NAMES, type Source } from "./vocabulary";

/** Traffic that callers caused: what people and tools try out is no evidence of it. */
export const GATE_SOURCES: readonly Source[] = ["api", "cli"];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const candidate = PROVIDER_NAMES[CANDIDATE];

type Judged = Pick<GateResult, "verdict"> & Partial<Pick<GateResult, "green" | "population" | "link">>;
type Judge = (facts: GateFacts, policy: GatesPolicy, nowMs: number) => Judged;

const linkTo = (environment: string, window: TimeSpan, more: Partial<GenerationLink> = {}): GenerationLink => ({
  environment,
  providers: [CANDIDATE],
  sources: [...GATE_SOURCES],
  ...window,
  ...more,
});
const ofStep = (facts: GateFacts, what: string, more?: Partial<GenerationLink>) => ({
  population: `${what} in ${facts.environment}, sources api and cli, since the share was set to ${facts.shareBp / 100}%`,
  link: linkTo(facts.environment, facts.step.window, more),
});
const ofCanary = ({ canary }: GateFacts) => ({
  population: `generations on ${candidate} in ${canary.environment}, sources api and cli`,
  link: linkTo(canary.environment, canary.window),
});
const sum = (outcomes: { successes: number; failures: number }) => outcomes.successes + outcomes.failures;

const JUDGES: Record<GateKey, Judge> = {
  endpoint_healthy: ({ candidateCheck: check }) => {
    if (check === null) return { verdict: judgeFact(null, "the endpoint was not checked yet") };
    const age = `${spanWords(check.ageMs)} ago`;
    return {
      verdict: judgeFact(check.ok, check.ok ? `answered ${age}` : `${check.problem ?? "does not answer"}, ${age}`),
    };
  },

  checklist_passed: (facts, policy, nowMs) => ({
    verdict: judgeChecklist(facts.checklist, policy.checklistMaxAgeDays * DAY_MS, nowMs),
  }),

  candidate_in_staging: (facts) => {
    const { canary } = facts;
    const at = `${canary.environment} has ${percentWords(canary.shareBp / 10_000)} on ${candidate}`;
    // Its own canary runs beside the traffic: by share or by requests that name the provider.
    if (canary.isOwn) {
      const served = sum(canary.generations) > 0;
      return { verdict: judgeFact(served, `${at}${served ? "" : " and none served by it yet"}`), ...ofCanary(facts) };
    }
    return { verdict: judgeFact(canary.shareBp === 10_000, at) };
  },

  canary_generations: (facts, policy) => ({
    verdict: judgeCount(sum(facts.canary.generations), policy.canaryGenerations, "generations", facts.canary.window),
    ...ofCanary(facts),
  }),

  canary_success: (facts, policy) => {
    const verdict = judgeRate({
      ...facts.canary.generations,
      threshold: policy.successMinBp / 10_000,
      tolerance: policy.toleranceBp / 10_000,
      subject: "generations",
      window: facts.canary.window,
    });
    // The canary's few generations cannot prove such a rate, and it is not their task: they must not speak against it.
    const green =
      verdict.kind === "proved_good" ||
      (verdict.kind === "not_proved_yet" &&
        verdict.n >= policy.canaryGenerations &&
        (verdict.value ?? 0) > policy.successMinBp / 10_000);
    const words =
      green && verdict.kind !== "proved_good" ? `${verdict.words}; the canary does not ask for proof` : null;
    return { verdict: words === null ? verdict : { ...verdict, words }, green, ...ofCanary(facts) };
  },

  no_open_incident: ({ openIncidents }) => ({
    verdict: judgeFact(
      openIncidents.length === 0,
      openIncidents.length === 0 ? "none is open" : `open: ${openIncidents.join("; ")}`,
    ),
  }),

  held: (facts, policy, nowMs) => ({
    verdict: judgeHeld(
      facts.shareBp > 0 ? facts.sinceMs : null,
      policy.holdHours * HOUR_MS,
      nowMs,
      facts.shareBp > 0 ? `held at ${facts.shareBp / 100}%` : "held with traffic",
    ),
  }),

  generations: (facts, policy) => ({
    verdict: judgeCount(sum(facts.step.generations), policy.stepGenerations, "generations", facts.step.window),
    ...ofStep(facts, `generations on ${candidate}`),
  }),

  success: (facts, policy) => ({
    verdict: judgeRate({
      ...facts.step.generations,
      threshold: policy.successMinBp / 10_000,
      tolerance: policy.toleranceBp / 10_000,
      subject: "generations",
      window: facts.step.window,
    }),
    ...ofStep(facts, `generations on ${candidate}, after fallback,`),
  }),

  errors: (facts, policy) => ({
    verdict: judgeRate({
      ...facts.step.attempts,
      threshold: 1 - policy.errorMaxBp / 10_000,
      tolerance: policy.toleranceBp / 10_000,
      showFailures: true,
      subject: "attempts",
      window: facts.step.window,
    }),
    ...ofStep(facts, `attempts at ${candidate}`),
  }),

  latency_warm: (facts, policy) => ({
    verdict: judgeQuantile({
      ...facts.step.warm,
      quantile: 0.95,
      limitMs: policy.latencyMsP95Warm,
      tolerance: policy.toleranceBp / 10_000,
      subject: "warm generations",
      window: facts.step.window,
    }),
    ...ofStep(facts, `succeeded generations that found a warm worker at ${candidate}`, { coldClasses: ["warm"] }),
  }),

  cold_starts: ({ environment, cold }, policy) => ({
    verdict: judgeNotRisen({
      left: cold.late,
      right: cold.early,
      leftName: "cold in the later half",
      rightName: "cold in the earlier half",
      margin: policy.coldRiseMarginBp / 10_000,
      window: cold.window,
    }),
    population:
      `generations on ${candidate} in ${environment} whose class is known, sources api and cli; ` +
      `two halves of ${spanWords(cold.window.toMs - cold.window.fromMs)}`,
    link: linkTo(environment, cold.window, { coldClasses: ["cold"] }),
  }),

  not_worse: (facts, policy) => ({
    verdict: judgeNotWorse({
      left: facts.step.routed.candidate,
      right: facts.step.routed.control,
      leftName: candidate,
      rightName: PROVIDER_NAMES[CONTROL],
      margin: policy.notWorseMarginBp / 10_000,
      window: facts.step.window,
    }),
    ...ofStep(facts, "generations that the share sent to each side, a fallback counted as a failure,", {
      providers: [CANDIDATE, CONTROL],
    }),
  }),

  blind_comparison: ({ blind }, policy) => ({
    verdict: judgeRate({
      successes: blind.candidateWins,
      failures: blind.controlWins,
      threshold: policy.blindWinRateMinBp / 10_000,
      tolerance: policy.toleranceBp / 10_000,
      subject: "pairs that differ",
      said: { done: `went to ${candidate}`, more: `more for ${candidate}` },
      window: blind.window,
    }),
    population:
      `pairs of batches in ${blind.environments.join(" and ")} that ${countWords(blind.voters)} ${blind.voters === 1 ? "person" : "people"} compared blind; ` +
      `${countWords(blind.noDifference)} more showed no difference`,
  }),

  rollback_drill: ({ drill }, policy, nowMs) => {
    if (drill === null) return { verdict: judgeFact(null, "no rollback in this environment yet") };
    const age = Math.max(0, nowMs - drill.atMs);
    const took = drill.tookMs === null ? "its time was not recorded" : `committed in ${countWords(drill.tookMs)} ms`;
    const isGood = age <= policy.drillMaxAgeDays * DAY_MS && drill.tookMs !== null && drill.late === 0;
    return {
      verdict: judgeFact(isGood, `revision ${drill.revision}, ${spanWords(age)} ago: ${took}, ${drill.late} late`),
    };
  },

  soaked: (facts, policy, nowMs) => ({
    verdict: judgeHeld(facts.shareBp === 10_000 ? facts.sinceMs : null, policy.soakDays * DAY_MS, nowMs, "at 100%"),
  }),
};

/** The gates of a step, in the step's order. The same facts give the same results, whoever asks. */
export function judgeGates(step: Step, facts: GateFacts, policy: GatesPolicy, nowMs: number): GateResult[] {
  const asked = STEP_INFO[step].gates.filter((key) => isAsked(key, policy));
  return asked.map((key) => {
    const judged = JUDGES[key](facts, policy, nowMs);
    return {
      key,
      title: gateTitle(key, policy),
      green: judged.green ?? judged.verdict.kind === "proved_good",
      verdict: judged.verdict,
      population: judged.population ?? null,
      link: judged.link ?? null,
    };
  });
}

function judgeChecklist(items: ChecklistItemFact[], maxAgeMs: number, nowMs: number): Verdict {
  if (items.length === 0) return judgeFact(null, "no checklist run");
  const passed = CHECKLIST_ITEMS.filter((name) =>
    items.some(({ item, passed, atMs }) => item === name && passed && nowMs - atMs <= maxAgeMs),
  );
  const missing = CHECKLIST_ITEMS.filter((name) => !passed.includes(name));
  const words = `${passed.length} of ${CHECKLIST_ITEMS.length} passed`;
  return judgeFact(missing.length === 0, missing.length === 0 ? words : `${words}, missing: ${missing.join(", ")}`);
}
