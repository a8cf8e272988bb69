import type { Picture } from "../draw/render";
import type { FaultPlan } from "../faults";
import type { JsonObject } from "../http";
import { hash32 } from "../random";
import { damageOf } from "../runpod/handler";
import { type Asset, type Assets, decodeImage, pictureSize } from "./assets";
import type { JobRequest, PlannedOutput } from "./jobs";
import { judgeLegacy, type LegacyRoute } from "./legacy";
import { judgeInputs, legacyModel, MODELS, type Model, stringField } from "./models";

export type Refusal = { status: number; body: JsonObject };
export type Prepared =
  | { ok: true; request: JobRequest; costDetails: Record<string, number> }
  | ({ ok: false } & Refusal);

const refuse = (status: number, reason: string): Prepared => ({ ok: false, status, body: { reason } });

/** A call of `/generate/custom/{modelId}`, judged and turned into a job. Spends nothing. */
export function prepareCustom(
  modelId: string,
  body: JsonObject,
  deps: { assets: Assets; faults: FaultPlan },
): Prepared {
  const model = MODELS.find((known) => known.id === modelId);
  if (model === undefined) return refuse(404, `Model ${modelId} not found`);
  if (model.type !== "custom") return refuse(400, "Custom models only are supported for this endpoint");
  const verdict = judgeInputs(model.inputs, body);
  if (!verdict.ok) return refuse(400, verdict.reason);
  const { values } = verdict;
  const imageId = stringField(values, "image");
  const source = imageId === null ? null : deps.assets.get(imageId);
  if (imageId !== null && source === null) return refuse(404, `Asset ${imageId} not found`);
  const controlId = stringField(values, "controlImage");
  if (controlId !== null && deps.assets.get(controlId) === null) return refuse(404, `Asset ${controlId} not found`);
  const count = model.what === "generate" ? Number(values.numOutputs ?? 1) : 1;
  return finish({ model, values: { ...values, modelId }, source, count, jobType: "custom", input: body, deps });
}

/** A call of one of the older routes. */
export async function prepareLegacy(
  route: LegacyRoute,
  body: JsonObject,
  deps: { assets: Assets; faults: FaultPlan },
): Promise<Prepared> {
  const verdict = judgeLegacy(route, body);
  if (!verdict.ok) return refuse(400, verdict.reason);
  const { values } = verdict;
  const modelId = stringField(values, "modelId") ?? "model_bria-remove-background";
  const model = legacyModel(modelId);
  if (model === null) return refuse(404, `Model ${modelId} not found`);
  const image = stringField(values, "image");
  let source: Asset | null = null;
  if (image !== null) {
    const bytes = image.startsWith("asset_") ? null : decodeImage(image);
    if (image.startsWith("asset_")) source = deps.assets.get(image);
    else if (route === "img2img" && bytes !== null) source = await deps.assets.upload(bytes, "image.png");
    if (source === null) {
      return image.startsWith("asset_")
        ? refuse(404, `Asset ${image} not found`)
        : refuse(400, '"image" must be an asset id or a data url');
    }
  }
  const jobType = route === "remove-background" ? "remove-background" : "inference";
  const count = route === "remove-background" ? 1 : Number(values.numSamples);
  const input = typeof body.image === "string" && body.image.length > 200 ? { ...body, image: source?.id } : body;
  return finish({ model, values, source, count, jobType, input, deps });
}

interface Parts {
  model: Model;
  values: JsonObject;
  source: Asset | null;
  count: number;
  jobType: JobRequest["jobType"];
  input: JsonObject;
  deps: { faults: FaultPlan };
}

function finish({ model, values, source, count, jobType, input, deps }: Parts): Prepared {
  const prompt = stringField(values, "prompt") ?? String(source?.metadata.name ?? "");
  const operation =
    model.what === "remove_background" || jobType === "remove-background"
      ? "remove_background"
      : source === null
        ? "txt2img"
        : "img2img";
  const strikes = deps.faults.forJob({ provider: "scenario", operation, prompt });
  if (strikes.some((strike) => strike.kind === "missing_model")) return refuse(404, `Model ${model.id} not found`);
  const damage = damageOf(strikes);
  const encoding = values.format === "jpeg" ? "jpeg" : "png";
  const outputs = Array.from({ length: count }, (_, index): PlannedOutput => {
    const picture = pictureOf({ values, source, operation, model, index, prompt });
    const size = pictureSize(picture, operation === "txt2img" ? null : source);
    return {
      picture,
      damage,
      encoding,
      ...size,
      metadata: {
        type: operation === "remove_background" ? "background-removal" : `inference-${operation}`,
        modelId: model.id,
        ...(prompt === "" ? {} : { prompt }),
        seed: seedOf(values, prompt, index),
        ...(source === null ? {} : { parentId: source.id }),
      },
    };
  });
  const units = jobType === "remove-background" ? 3 : model.units * count;
  return {
    ok: true,
    costDetails: { "custom-generation": units, ...model.addOns },
    request: { jobType, operation, prompt, input, outputs, units, addOns: model.addOns, strikes },
  };
}

function pictureOf(parts: {
  values: JsonObject;
  source: Asset | null;
  operation: string;
  model: Model;
  index: number;
  prompt: string;
}): Picture {
  const { values, source, operation, model, index, prompt } = parts;
  const seed = seedOf(values, prompt, index);
  if (operation === "txt2img" || source === null) {
    return { kind: "scene", prompt, seed, width: Number(values.width), height: Number(values.height) };
  }
  if (operation === "img2img") {
    return { kind: "repaint", base: source.picture, prompt, seed, strength: Number(values.strength) };
  }
  // Measured: BiRefNet's opaque pixels come back with alpha 254.
  const opaque = model.id.includes("birefnet") ? 254 : 255;
  const cut: Picture = {
    kind: "with_alpha",
    of: source.picture,
    mask: { kind: "foreground", of: source.picture },
    opaque,
  };
  const colour = stringField(values, "backgroundColor");
  if (colour !== null && colour !== "" && colour !== "transparent") return { kind: "on_colour", of: cut, colour };
  return cut;
}

function seedOf(values: JsonObject, prompt: string, index: number): string {
  const given = values.seed;
  const base =
    typeof given === "number" ? given : typeof given === "string" && given !== "" ? given : hash32("seed", prompt);
  return index === 0 ? String(base) : `${base}/${index}`;
}
