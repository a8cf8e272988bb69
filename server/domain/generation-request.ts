import { z } from "zod";
import { OPERATIONS, type Operation, PROVIDER_NAMES, type ProviderId } from "./vocabulary";

/** Providers' rules, from their contracts. Where both may serve a request, it must satisfy both. */
export interface ProviderLimits {
  promptMaxChars: number;
  sizeMin: number;
  sizeMax: number;
  sizeStep: number;
  stepsMax: number;
  guidanceMax: number;
  seedMax: number;
  countMax: number;
}

export const PROVIDER_LIMITS: Record<ProviderId, ProviderLimits> = {
  // Scenario's inputs of model_bfl-flux-1-dev.
  scenario: {
    promptMaxChars: 2048,
    sizeMin: 128,
    sizeMax: 2048,
    sizeStep: 16,
    stepsMax: 50,
    guidanceMax: 10,
    seedMax: 2_147_483_647,
    countMax: 4,
  },
  // ComfyUI's node ranges are far wider; these keep a job inside 24 GB and RunPod's 10 MiB answer. Flux ignores
  // prompts past 512 tokens, so a longer one would be cut in silence.
  comfyui: {
    promptMaxChars: 4000,
    sizeMin: 256,
    sizeMax: 2048,
    sizeStep: 16,
    stepsMax: 100,
    guidanceMax: 20,
    seedMax: 9_007_199_254_740_991,
    countMax: 4,
  },
};

export const INPUT_IMAGE_MAX_BYTES = 7 * 1024 * 1024;
export const INPUT_IMAGE_MAX_PIXELS = 40_000_000;
export const DEFAULT_SIZE = 1024;
export const DEFAULT_STRENGTH = 0.8;

const prompt = z
  .string({ error: "must be a text" })
  .refine((text) => text.trim().length > 0, { error: "must not be empty" });

const side = z.int({ error: "must be a whole number of pixels" }).positive({ error: "must be above 0" });

/** How a caller hands over a picture: bytes as base64 or data URL, or an address that the gateway fetches. */
export const imageInputSchema = z.union(
  [z.strictObject({ base64: z.string().min(1) }), z.strictObject({ url: z.url({ error: "must be an http(s) URL" }) })],
  { error: 'must be {"base64": "…"} or {"url": "https://…"}' },
);
export type ImageInput = z.infer<typeof imageInputSchema>;

/**
 * What a caller asks for, provider-neutral. A null means "the provider's default", which the result then names.
 * Ranges that differ by provider are checked by `limitProblems`, since only routing knows who may serve.
 */
export const generationParamsSchema = z.strictObject({
  operation: z.enum(OPERATIONS, { error: `must be one of ${OPERATIONS.join(", ")}` }),
  prompt: prompt.nullable().default(null),
  negativePrompt: z.string().max(4000, { error: "must have at most 4000 characters" }).nullable().default(null),
  width: side.nullable().default(null),
  height: side.nullable().default(null),
  steps: z.int({ error: "must be a whole number" }).min(1, { error: "must be at least 1" }).nullable().default(null),
  guidance: z.number({ error: "must be a number" }).min(0, { error: "must be at least 0" }).nullable().default(null),
  seed: z.int({ error: "must be a whole number" }).min(0, { error: "must be at least 0" }).nullable().default(null),
  strength: z
    .number({ error: "must be a number" })
    .min(0.01, { error: "must be at least 0.01" })
    .max(1, { error: "must be at most 1" })
    .nullable()
    .default(null),
  count: z
    .int({ error: "must be a whole number" })
    .min(1, { error: "must be at least 1" })
    .max(4, { error: "must be at most 4" })
    .default(1),
});

/** Faults that the testing checklist provokes at a proxy on loopback, in the provider's place. */
export type ProvokedFault = "missing_model" | "never_finishes";

/** What is generated. No caller can name a fault: the schema refuses fields that it does not know. */
export type GenerationParams = z.infer<typeof generationParamsSchema> & { provokedFault?: ProvokedFault };

export interface FieldRule {
  field: string;
  rule: string;
}

/** What the operation itself needs or excludes, whoever serves it. */
export function operationProblems(params: GenerationParams, hasImage: boolean): FieldRule[] {
  const problems: FieldRule[] = [];
  const needsPrompt = params.operation !== "remove_background";
  const needsImage = params.operation !== "txt2img";
  if (needsPrompt && params.prompt === null)
    problems.push({ field: "prompt", rule: `is required for ${params.operation}` });
  if (needsImage && !hasImage) problems.push({ field: "image", rule: `is required for ${params.operation}` });
  if (!needsImage && hasImage) problems.push({ field: "image", rule: "is not used by txt2img; use img2img" });
  if (params.operation !== "img2img" && params.strength !== null)
    problems.push({ field: "strength", rule: "is only used by img2img" });
  if ((params.width === null) !== (params.height === null)) {
    problems.push({ field: params.width === null ? "width" : "height", rule: "must be given when the other side is" });
  }
  if (params.operation === "remove_background") {
    for (const field of ["prompt", "negativePrompt", "width", "height", "steps", "guidance", "seed"] as const) {
      if (params[field] !== null) problems.push({ field, rule: "is not used by remove_background" });
    }
    if (params.count !== 1) problems.push({ field: "count", rule: "must be 1 for remove_background" });
  }
  return problems;
}

/** Which of a provider's limits the request breaks, in words that name the provider, the field and the rule. */
export function limitProblems(params: GenerationParams, provider: ProviderId): FieldRule[] {
  const limits = PROVIDER_LIMITS[provider];
  const name = PROVIDER_NAMES[provider];
  const problems: FieldRule[] = [];
  const most = (field: string, value: number | null, max: number, unit = "") => {
    if (value !== null && value > max)
      problems.push({ field, rule: `must be at most ${max}${unit} for ${name}, not ${value}` });
  };
  most("prompt", params.prompt?.length ?? null, limits.promptMaxChars, " characters");
  for (const field of ["width", "height"] as const) {
    const value = params[field];
    if (value === null) continue;
    if (value < limits.sizeMin || value > limits.sizeMax || value % limits.sizeStep !== 0) {
      problems.push({
        field,
        rule: `must be from ${limits.sizeMin} to ${limits.sizeMax} and a multiple of ${limits.sizeStep} for ${name}, not ${value}`,
      });
    }
  }
  most("steps", params.steps, limits.stepsMax);
  most("guidance", params.guidance, limits.guidanceMax);
  most("seed", params.seed, limits.seedMax);
  most("count", params.count, limits.countMax);
  return problems;
}

export function isOperation(value: string): value is Operation {
  return (OPERATIONS as readonly string[]).includes(value);
}
