import type { JsonObject } from "../http";
import { type InputVerdict, judgeInputs, type ModelInput } from "./models";

const common: ModelInput[] = [
  { name: "modelId", type: "string", required: true },
  { name: "prompt", type: "string", required: true },
  { name: "negativePrompt", type: "string" },
  { name: "negativePromptStrength", type: "number", min: 0, max: 10 },
  // Four, not one: who leaves it out pays for four images.
  { name: "numSamples", type: "number", min: 1, max: 128, step: 1, default: 4 },
  { name: "numInferenceSteps", type: "number", min: 1, max: 150, step: 1, default: 30 },
  { name: "guidance", type: "number", min: 0, max: 20, default: 3.5 },
  { name: "width", type: "number", min: 64, max: 2048, step: 8, default: 512 },
  { name: "height", type: "number", min: 64, max: 2048, step: 8, default: 512 },
  { name: "seed", type: "string" },
  { name: "scheduler", type: "string" },
  { name: "baseModelId", type: "string" },
  { name: "aspectRatio", type: "string" },
  { name: "hideResults", type: "boolean" },
  { name: "intermediateImages", type: "boolean" },
  { name: "modelEpoch", type: "string" },
];

const withImage: ModelInput[] = [
  ...common,
  { name: "image", type: "string", required: true },
  { name: "strength", type: "number", min: 0.01, max: 1, default: 0.75 },
  { name: "imageParentId", type: "string" },
  { name: "imageHide", type: "boolean" },
  { name: "imageId", type: "string" },
];

const removal: ModelInput[] = [
  { name: "image", type: "string", required: true },
  { name: "backgroundColor", type: "string" },
  { name: "format", type: "string", allowedValues: ["png", "jpeg"], default: "png" },
];

export type LegacyRoute = "txt2img" | "img2img" | "remove-background";

/** The older routes validate with another library, whose messages quote the field. */
export function judgeLegacy(route: LegacyRoute, body: JsonObject): InputVerdict {
  const inputs = route === "txt2img" ? common : route === "img2img" ? withImage : removal;
  const { concepts, ...rest } = body;
  if (concepts !== undefined && !Array.isArray(concepts)) return { ok: false, reason: '"concepts" must be an array' };
  if (route !== "remove-background" && typeof body.modelId !== "string") {
    return { ok: false, reason: '"modelId" must be a string' };
  }
  const verdict = judgeInputs(inputs, rest);
  if (verdict.ok) return verdict;
  return { ok: false, reason: verdict.reason.replace(/^Input (\w+)/, '"$1"') };
}
