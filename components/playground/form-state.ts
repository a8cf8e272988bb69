import {
  DEFAULT_STRENGTH,
  type FieldRule,
  type GenerationParams,
  generationParamsSchema,
  limitProblems,
  operationProblems,
} from "@/server/domain/generation-request";
import { type Operation, PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import { zodProblems } from "@/server/domain/zod-problems";
import { CUSTOM_SIZE, SIZE_PRESETS } from "./sizes";
import type { SourceImage } from "./source-image";

export const RUN_ON = ["both", "scenario", "comfyui", "routed"] as const;
export type RunOn = (typeof RUN_ON)[number];

export const RUN_ON_WORDS: Record<RunOn, string> = {
  both: "Both",
  scenario: "Scenario",
  comfyui: "ComfyUI",
  routed: "As routed",
};

/** The form as typed: numbers stay texts, so that what is wrong can be shown as it was written. */
export interface PlaygroundForm {
  prompt: string;
  negativePrompt: string;
  size: string;
  /** Used with the size "Other…" only. */
  width: string;
  height: string;
  steps: string;
  guidance: string;
  seed: string;
  seedLocked: boolean;
  strength: number;
  image: SourceImage | null;
}

/** The largest seed that both providers take. */
const SEED_MAX = 2_147_483_647;

export function randomSeed(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value % (SEED_MAX + 1);
}

export const EMPTY_FORM: PlaygroundForm = {
  prompt: "",
  negativePrompt: "",
  size: "square",
  width: "",
  height: "",
  steps: "",
  guidance: "",
  seed: "",
  seedLocked: false,
  strength: DEFAULT_STRENGTH,
  image: null,
};

export type FieldErrors = Partial<Record<string, string>>;

export type Parsed = { ok: true; params: GenerationParams } | { ok: false; errors: FieldErrors };

/** Who may serve: both, unless one is named. What is asked of both must suit both. */
export function providersOf(runOn: RunOn): readonly ProviderId[] {
  return runOn === "scenario" || runOn === "comfyui" ? [runOn] : PROVIDER_IDS;
}

/** What the form says, of what its operation uses; numbers that are none stay for the schema to refuse. */
export function readForm(
  form: PlaygroundForm,
  operation: Operation,
): Record<keyof Omit<GenerationParams, "count" | "provokedFault">, unknown> {
  const usesPrompt = operation !== "remove_background";
  const preset = SIZE_PRESETS.find((candidate) => candidate.value === form.size);
  const number = (text: string) => (text.trim() === "" ? null : Number(text));
  const size =
    form.size === CUSTOM_SIZE ? { width: number(form.width), height: number(form.height) } : (preset ?? NO_SIZE);
  return {
    operation,
    prompt: usesPrompt ? form.prompt : null,
    negativePrompt: usesPrompt && form.negativePrompt.trim() !== "" ? form.negativePrompt : null,
    width: usesPrompt ? size.width : null,
    height: usesPrompt ? size.height : null,
    steps: usesPrompt ? number(form.steps) : null,
    guidance: usesPrompt ? number(form.guidance) : null,
    seed: usesPrompt ? number(form.seed) : null,
    strength: operation === "img2img" ? form.strength : null,
  };
}

const NO_SIZE = { width: null, height: null };

/** The form as a request, or what is wrong with it by field: the server's own rules, before anything is sent. */
export function parseForm(form: PlaygroundForm, operation: Operation, runOn: RunOn): Parsed {
  const parsed = generationParamsSchema.safeParse(readForm(form, operation));
  if (!parsed.success) {
    const rules = zodProblems(parsed.error);
    return { ok: false, errors: toErrors(rules) };
  }
  const noSize = form.size === CUSTOM_SIZE && operation !== "remove_background" && parsed.data.width === null;
  const problems = [
    ...(noSize ? [{ field: "width", rule: "must be given, or another size chosen" }] : []),
    // A picture that was chosen for another operation stays in the form, and goes nowhere.
    ...operationProblems(parsed.data, operation !== "txt2img" && form.image !== null),
    ...providersOf(runOn).flatMap((provider) => limitProblems(parsed.data, provider)),
  ];
  return problems.length > 0 ? { ok: false, errors: toErrors(problems) } : { ok: true, params: parsed.data };
}

const LABELS: Record<string, string> = {
  prompt: "The prompt",
  negativePrompt: "The negative prompt",
  width: "The width",
  height: "The height",
  steps: "Steps",
  guidance: "Guidance",
  seed: "The seed",
  strength: "Strength",
  image: "A source picture",
};

/** Rules by field, the first of each, as whole sentences. */
export function toErrors(rules: readonly FieldRule[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const { field, rule } of rules) errors[field] ??= `${LABELS[field] ?? field} ${rule}.`;
  return errors;
}
