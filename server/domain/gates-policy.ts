import { z } from "zod";

const bp = z.int().min(0).max(10_000);
const HOURS_MAX = 24 * 90;

const gatesSchema = z.strictObject({
  /** Success rate that a candidate must be shown to reach, and error rate of attempts that it must stay below. */
  successMinBp: bp.min(5_000).max(9_999).default(9_800),
  errorMaxBp: bp.min(1).max(5_000).default(200),
  latencyMsP95Warm: z.int().min(100).max(600_000).default(10_000),
  /** A rate this far below its threshold passes with a chance of at most 5 %, over all looks together. */
  toleranceBp: bp.max(2_000).default(100),
  /**
   * How much worse than the control the candidate may be. The plan itself expects errors below 1 % of the control and
   * below 2 % of the candidate, so a margin of one point could not be kept by a candidate that is as expected.
   */
  notWorseMarginBp: bp.min(1).max(5_000).default(200),
  coldRiseMarginBp: bp.min(1).max(10_000).default(500),
  canaryGenerations: z.int().min(1).max(1_000_000).default(20),
  stepGenerations: z.int().min(1).max(1_000_000).default(200),
  holdHours: z.number().min(0).max(HOURS_MAX).default(24),
  drillMaxAgeDays: z.number().positive().max(365).default(7),
  checklistMaxAgeDays: z.number().positive().max(365).default(7),
  /**
   * Of the pairs of a blind comparison in which one was better, how often it must be shown to be the candidate's: 5000 is
   * as good as the control. 0: picture quality is no gate.
   */
  blindWinRateMinBp: bp.max(9_000).default(0),
  blindMaxAgeDays: z.number().positive().max(365).default(30),
  soakDays: z.number().min(0).max(365).default(7),
  /** Where the canary runs. Where no such environment is configured, an environment is its own canary. */
  stagingEnvironment: z.string().min(1).max(31).default("staging"),
});

const automationSchema = z.strictObject({
  /** Raise the share by itself when every gate of the next gradual step is green. */
  promote: z.boolean().default(false),
  /** Take traffic back by itself when the candidate is proved bad. */
  rollBack: z.boolean().default(true),
  rollBackBelowBp: bp.min(5_000).max(9_999).default(9_800),
  /** At most one automatic rollback within this time. */
  coolDownMinutes: z.number().min(1).max(1_440).default(30),
  /** How many outcomes of the candidate there must be; the newest of them must be bad as well. */
  minSample: z.int().min(10).max(10_000).default(30),
});

const checklistSchema = z.strictObject({
  /** Run the testing checklist by itself so often; 0: only when somebody starts it. */
  everyHours: z
    .number()
    .min(0)
    .max(24 * 30)
    .default(0),
  /** Why background removal is not used here; empty: it is used, and tested. */
  skipBackgroundRemoval: z.string().max(200).default(""),
  /**
   * img2img: the least mean difference of brightness (of 255) to its input. Examples: the input given back 0; the input
   * compressed again 0.5 to 1.5; repainted at strength 0.3 from 5 to 25.
   */
  differenceMin: z.number().min(0).max(255).default(2),
  /**
   * img2img at strength 0.3: the least structural similarity to its input. Examples: the same picture 1; repainted at
   * 0.3 from 0.4 to 0.9; a picture of something else below 0.15.
   */
  similarityMin: z.number().min(0).max(1).default(0.2),
  /**
   * Background removal: the least part of the drawn ball that must be kept, and of what is kept that must be the ball.
   * Examples: a clean cut 0.97 and 0.97; the ball with its shadow 0.98 and 0.85; everything kept 1 and 0.2.
   */
  cutOutMatchMin: z.number().min(0).max(1).default(0.7),
});

/** What `environment_policies` holds for the rollout; a key that is absent has the plan's default. */
const policySchema = z.object({
  gates: gatesSchema.prefault({}),
  automation: automationSchema.prefault({}),
  checklist: checklistSchema.prefault({}),
});
export type RolloutPolicy = z.infer<typeof policySchema>;
export type GatesPolicy = RolloutPolicy["gates"];
export type AutomationPolicy = RolloutPolicy["automation"];
export type ChecklistPolicy = RolloutPolicy["checklist"];
/** The parts of a policy that operators change, by name. */
export const POLICY_PARTS = ["gates", "automation", "checklist"] as const;

/** The plan's numbers, and ux.md's where the plan has none. */
export const DEFAULT_POLICY: RolloutPolicy = policySchema.parse({});

/** From what is stored; null: nothing was. Throws when a value breaks its rule. */
export function parsePolicy(stored: Record<string, unknown> | null): RolloutPolicy {
  return policySchema.parse(stored ?? {});
}

const part = z.record(z.string(), z.unknown()).optional();
/** What an operator changes: any of the keys; one that is null goes back to its default. */
export const policyChangeSchema = z.strictObject({ gates: part, automation: part, checklist: part });
export type PolicyChange = z.infer<typeof policyChangeSchema>;

/** The stored policy with a change made to it; other parts of it stay. Throws ZodError naming the key and its rule. */
export function changedPolicy(stored: Record<string, unknown> | null, change: PolicyChange): Record<string, unknown> {
  const result: Record<string, unknown> = { ...stored };
  for (const name of POLICY_PARTS) {
    const changes = change[name];
    if (!changes) continue;
    const before = part.parse(stored?.[name]) ?? {};
    result[name] = Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null));
  }
  policySchema.parse(result);
  return result;
}
