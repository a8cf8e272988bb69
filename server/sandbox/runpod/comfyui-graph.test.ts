import { describe, expect, it } from "vitest";
import { txt2img } from "../test-kit";
import { validationFailure } from "./comfyui-errors";
import { evaluateWorkflow } from "./comfyui-evaluate";
import { modelsOf, nodesOf, type WorkerImage } from "./comfyui-nodes";
import { validateWorkflow } from "./comfyui-validate";
import { parseHandlerInput } from "./handler";
import { pythonRepr } from "./python-repr";

function judge(
  workflow: object,
  { image = "custom" as WorkerImage, checkpoints = ["flux1-dev-fp8.safetensors"], uploads = [""] } = {},
) {
  return validateWorkflow(
    { ...workflow },
    {
      nodes: nodesOf(image),
      models: modelsOf(image, checkpoints),
      uploads: new Set(uploads),
    },
  );
}

function errorText(workflow: object, options: Parameters<typeof judge>[1] = {}): string {
  const verdict = judge(workflow, options);
  return verdict.ok ? "" : validationFailure(verdict, options.checkpoints ?? ["flux1-dev-fp8.safetensors"]).error;
}

it("a missing model reads exactly as measured, a Python repr and no JSON", () => {
  const only = { "30": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "flux1-dev-fp8.safetensors" } } };
  expect(errorText({ ...txt2img("x"), ...only }, { checkpoints: ["other.safetensors"] })).toBe(
    `Workflow validation failed:
• Node 30 (errors): [{'type': 'value_not_in_list', 'message': 'Value not in list', 'details': "ckpt_name: 'flux1-dev-fp8.safetensors' not in ['other.safetensors']", 'extra_info': {'input_name': 'ckpt_name', 'input_config': [['other.safetensors'], {'tooltip': 'The name of the checkpoint (model) to load.'}], 'received_value': 'flux1-dev-fp8.safetensors'}}]
• Node 30 (dependent_outputs): ['9']
• Node 30 (class_type): CheckpointLoaderSimple

Available checkpoint models: other.safetensors`,
  );
  expect(errorText(txt2img("x"), { checkpoints: [] })).toContain("No checkpoint models appear to be available.");
});

it("a missing node and a graph without outputs are told with the raw response", () => {
  const rmbg = { "50": { class_type: "RMBG", inputs: {} } };
  expect(errorText({ ...txt2img("x"), ...rmbg }, { image: "stock" })).toMatch(
    /^Node 'RMBG' not found\. The custom node may not be installed\.\. Raw response: \{/,
  );
  const { "9": _, ...noOutput } = txt2img("x");
  expect(errorText(noOutput)).toMatch(/^Prompt has no outputs\. Raw response: \{/);
});

describe("finds what is wrong with an input", () => {
  const sampler = (inputs: object) => {
    const graph = txt2img("x") as Record<string, { class_type: string; inputs: object }>;
    return { ...graph, "31": { class_type: "KSampler", inputs: { ...graph["31"]?.inputs, ...inputs } } };
  };
  it.each([
    [{ seed: -1 }, "value_smaller_than_min"],
    [{ steps: 10_001 }, "value_bigger_than_max"],
    [{ denoise: 1.5 }, "value_bigger_than_max"],
    [{ sampler_name: "nope" }, "value_not_in_list"],
    [{ scheduler: undefined }, "required_input_missing"],
    [{ model: ["30", 2] }, "return_type_mismatch"],
    [{ model: ["99", 0] }, "exception_during_inner_validation"],
    [{ model: ["30"] }, "bad_linked_input"],
    [{ cfg: "much" }, "invalid_input_type"],
    [{ latent_image: ["31", 0] }, "dependency_cycle"],
  ])("%j is %s", (inputs, type) => {
    expect(errorText(sampler(inputs))).toContain(`'type': '${type}'`);
  });

  it("an image that was not uploaded", () => {
    const graph = {
      "40": { class_type: "LoadImage", inputs: { image: "ref.png" } },
      "9": { class_type: "SaveImage", inputs: { filename_prefix: "x", images: ["40", 0] } },
    };
    expect(errorText(graph)).toContain("image - Invalid image file: ref.png");
    expect(judge(graph, { uploads: ["ref.png"] }).ok).toBe(true);
  });
});

it("outputs that pass run without those that fail", () => {
  const verdict = judge({ ...txt2img("x"), "10": { class_type: "SaveImage", inputs: { filename_prefix: "x" } } });
  expect(verdict.ok && verdict.outputs).toEqual(["9"]);
});

it("background removal in the core's way needs InvertMask, or the subject is what goes", () => {
  const picture = { kind: "scene" as const, prompt: "x", seed: "1", width: 64, height: 64 };
  const graph = (alpha: [string, number]) => ({
    "1": { class_type: "LoadImage", inputs: { image: "in.png" } },
    "2": { class_type: "LoadBackgroundRemovalModel", inputs: { bg_removal_name: "birefnet.safetensors" } },
    "3": { class_type: "RemoveBackground", inputs: { image: ["1", 0], bg_removal_model: ["2", 0] } },
    "4": { class_type: "InvertMask", inputs: { mask: ["3", 0] } },
    "5": { class_type: "JoinImageWithAlpha", inputs: { image: ["1", 0], alpha } },
    "6": { class_type: "SaveImage", inputs: { filename_prefix: "cut", images: ["5", 0] } },
  });
  const masks = [["4", 0] as [string, number], ["3", 0] as [string, number]].map((alpha) => {
    const verdict = judge(graph(alpha), { uploads: ["in.png"] });
    if (!verdict.ok) throw new Error(JSON.stringify(verdict));
    const [saved] = evaluateWorkflow(verdict.graph, verdict.outputs, new Map([["in.png", picture]])).images;
    return saved?.picture.kind === "with_alpha" ? inversions(saved.picture.mask) : -1;
  });
  expect(masks).toEqual([2, 1]);
});

function inversions(mask: { kind: string; of: unknown }): number {
  return mask.kind === "invert" ? 1 + inversions(mask.of as { kind: string; of: unknown }) : 0;
}

it.each([
  [null, "Please provide input"],
  ["{nope", "Invalid JSON format in input"],
  [{ images: [] }, "Missing 'workflow' parameter"],
  [{ workflow: {}, images: [{ name: "x" }] }, "'images' must be a list of objects with 'name' and 'image' keys"],
])("the handler refuses %j", (input, error) => {
  expect(parseHandlerInput(input)).toBe(error);
});

it("prints values as Python does", () => {
  expect(pythonRepr({ a: [true, null, 1.5], b: "it's", c: "both ' and \"" })).toBe(
    `{'a': [True, None, 1.5], 'b': "it's", 'c': 'both \\' and "'}`,
  );
});
