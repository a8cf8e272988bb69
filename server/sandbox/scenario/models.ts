import { isObject, type JsonObject } from "../http";

export type InputType = "string" | "number" | "boolean" | "file" | "string_array" | "number_array" | "model_array";

export interface ModelInput {
  name: string;
  type: InputType;
  required?: boolean;
  default?: unknown;
  min?: number;
  max?: number;
  step?: number;
  maxLength?: number;
  /** Of an array. */
  maxItems?: number;
  allowedValues?: string[];
}

export interface Model {
  id: string;
  name: string;
  /** `lora` models cannot be called by themselves. */
  type: "custom" | "lora";
  capabilities: string[];
  inputs: ModelInput[];
  /** Creative units of one output. */
  units: number;
  /** Add-ons of the whole call, by name. */
  addOns: Record<string, number>;
  what: "generate" | "remove_background";
}

const fluxInputs: ModelInput[] = [
  { name: "prompt", type: "string", required: true, maxLength: 2048 },
  { name: "image", type: "file" },
  { name: "strength", type: "number", min: 0.01, max: 1, default: 0.8 },
  { name: "numOutputs", type: "number", min: 1, max: 4, step: 1, default: 1 },
  { name: "numInferenceSteps", type: "number", min: 1, max: 50, step: 1, default: 28 },
  { name: "width", type: "number", min: 128, max: 2048, step: 16, default: 1104 },
  { name: "height", type: "number", min: 128, max: 2048, step: 16, default: 832 },
  { name: "guidance", type: "number", min: 0, max: 10, default: 3.5 },
  { name: "seed", type: "number", min: 0, max: 2_147_483_647, step: 1 },
  { name: "loras", type: "model_array", maxItems: 6 },
  { name: "lorasScale", type: "number_array", maxItems: 6, min: 0, max: 2 },
  { name: "controlImage", type: "file" },
  {
    name: "controlModality",
    type: "string",
    allowedValues: ["canny", "tile", "depth", "blur", "pose", "gray", "low-quality"],
  },
  { name: "controlStrength", type: "number", min: 0, max: 1 },
  { name: "controlStart", type: "number", min: 0, max: 1 },
  { name: "controlEnd", type: "number", min: 0, max: 1 },
];

const image: ModelInput = { name: "image", type: "file", required: true };

export const MODELS: readonly Model[] = [
  {
    id: "model_bfl-flux-1-dev",
    name: "FLUX.1 [dev]",
    type: "custom",
    capabilities: ["txt2img", "img2img", "controlnet", "outpaint"],
    inputs: fluxInputs,
    units: 9,
    addOns: { "quality-gate": 1.75 },
    what: "generate",
  },
  {
    id: "model_birefnet-background-removal",
    name: "BiRefNet Background Removal",
    type: "custom",
    capabilities: ["img2img"],
    inputs: [image],
    units: 2,
    addOns: {},
    what: "remove_background",
  },
  {
    id: "model_photoroom-background-removal",
    name: "Photoroom Background Removal",
    type: "custom",
    capabilities: ["img2img"],
    inputs: [
      image,
      { name: "backgroundColor", type: "string" },
      { name: "hdBackgroundRemoval", type: "boolean" },
      { name: "shadowMode", type: "string", allowedValues: ["", "soft", "hard", "floating"] },
    ],
    units: 3,
    addOns: {},
    what: "remove_background",
  },
  {
    id: "model_bria-remove-background",
    name: "Bria Remove Background",
    type: "custom",
    capabilities: ["img2img"],
    inputs: [image],
    units: 3,
    addOns: {},
    what: "remove_background",
  },
  {
    id: "model_lora-house-style",
    name: "House style",
    type: "lora",
    capabilities: ["txt2img"],
    inputs: [],
    units: 9,
    addOns: {},
    what: "generate",
  },
];

/** The legacy routes name models in another way. */
export function legacyModel(modelId: string): Model | null {
  const alias: Record<string, string> = {
    "flux.1-dev": "model_bfl-flux-1-dev",
    "flux.1.1-pro": "model_bfl-flux-1-dev",
  };
  return MODELS.find((model) => model.id === (alias[modelId] ?? modelId)) ?? null;
}

export function modelDocument(model: Model): JsonObject {
  return {
    id: model.id,
    name: model.name,
    type: model.type === "lora" ? "flux.1-lora" : "custom",
    status: "trained",
    privacy: "public",
    capabilities: model.capabilities,
    tags: [],
    inputs: model.inputs.map(({ name, type, required, ...rules }) => ({
      name,
      type,
      label: name,
      required: required ? { always: true } : {},
      ...(type === "file" ? { kind: "image" } : {}),
      ...rules,
    })),
    createdAt: "2025-11-04T16:24:17.000Z",
    updatedAt: "2026-08-01T09:00:00.000Z",
  };
}

export type InputVerdict = { ok: true; values: JsonObject } | { ok: false; reason: string };

/** Checks a body against a model's inputs and fills the defaults. `query` parameters in the body are not inputs. */
export function judgeInputs(inputs: readonly ModelInput[], body: JsonObject): InputVerdict {
  const values: JsonObject = {};
  // `dryRun` in the body is ignored: the job runs and bills.
  const unknown = Object.keys(body).find((name) => name !== "dryRun" && !inputs.some((input) => input.name === name));
  if (unknown !== undefined) return { ok: false, reason: `Input ${unknown} is not allowed` };
  for (const input of inputs) {
    const value = body[input.name];
    if (value === undefined || value === null) {
      if (input.required) return { ok: false, reason: `Input ${input.name} is required` };
      if (input.default !== undefined) values[input.name] = input.default;
      continue;
    }
    // A bare value where a list is wanted is dropped without a word.
    if (input.type.endsWith("_array") && !Array.isArray(value)) continue;
    const reason = judgeInput(input, value);
    if (reason !== null) return { ok: false, reason: `Input ${input.name} ${reason}` };
    values[input.name] = value;
  }
  return { ok: true, values };
}

function judgeInput(input: ModelInput, value: unknown): string | null {
  if (Array.isArray(value)) {
    if (!input.type.endsWith("_array")) return `must be a ${input.type}`;
    if (input.maxItems !== undefined && value.length > input.maxItems)
      return `must have at most ${input.maxItems} items`;
    for (const item of value) {
      const reason =
        input.type === "number_array"
          ? judgeNumber(input, item)
          : typeof item === "string"
            ? null
            : "must be an array of strings";
      if (reason !== null) return reason;
    }
    return null;
  }
  if (input.type === "number") return judgeNumber(input, value);
  if (input.type === "boolean") return typeof value === "boolean" ? null : "must be a boolean";
  if (typeof value !== "string") return "must be a string";
  if (input.required && value === "") return "is not allowed to be empty";
  if (input.maxLength !== undefined && value.length > input.maxLength)
    return `must be at most ${input.maxLength} characters`;
  if (input.allowedValues !== undefined && !input.allowedValues.includes(value)) {
    return `must be one of ${input.allowedValues.map((allowed) => `"${allowed}"`).join(", ")}`;
  }
  return null;
}

function judgeNumber({ min, max, step }: ModelInput, value: unknown): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return "must be a number";
  if (min !== undefined && value < min) return `must be at least ${min}`;
  if (max !== undefined && value > max) return `must be at most ${max}`;
  if (step !== undefined && value % step !== 0) return `must be a multiple of ${step}`;
  return null;
}

export function stringField(body: JsonObject, name: string): string | null {
  const value = isObject(body) ? body[name] : undefined;
  return typeof value === "string" ? value : null;
}
