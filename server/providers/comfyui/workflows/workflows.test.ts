import { describe, expect, it } from "vitest";
import { BACKGROUND_REMOVALS } from "../../settings";
import { backgroundRemovalWorkflow } from "./background-removal";
import { fluxImg2img, fluxTxt2img } from "./flux";
import type { Graph, WorkflowValues } from "./graph";
import { parseOperatorWorkflow } from "./operator-workflow";

const VALUES: WorkflowValues = {
  prompt: "a red fox",
  negativePrompt: "blurry",
  seed: 42,
  steps: 20,
  guidance: 3.5,
  strength: 0.6,
  width: 1024,
  height: 768,
  count: 1,
  image: "attempt-1.png",
  checkpoint: "flux1-dev-fp8.safetensors",
  filenamePrefix: "switchyard-attempt-1",
};

function classes(graph: Graph): string[] {
  return Object.values(graph).map((node) => node.class_type);
}

/** Every link leads to a node of the graph. */
function looseLinks(graph: Graph): string[] {
  return Object.values(graph).flatMap((node) =>
    Object.values(node.inputs).flatMap((value) =>
      Array.isArray(value) && !Object.hasOwn(graph, String(value[0])) ? [String(value[0])] : [],
    ),
  );
}

describe("built-in workflows", () => {
  // Read first 9: guidance goes through FluxGuidance, cfg stays 1.
  it("txt2img is the worker's own flux graph with our values", () => {
    const graph = fluxTxt2img.build({ ...VALUES, count: 3 });
    expect(graph["31"]?.inputs).toMatchObject({ cfg: 1, denoise: 1, seed: 42, steps: 20, latent_image: ["27", 0] });
    expect(graph["35"]).toEqual({ class_type: "FluxGuidance", inputs: { guidance: 3.5, conditioning: ["6", 0] } });
    expect(graph["27"]?.inputs).toEqual({ width: 1024, height: 768, batch_size: 3 });
    expect(graph["33"]?.inputs.text).toBe("");
    expect(graph["9"]?.inputs.filename_prefix).toBe("switchyard-attempt-1");
    expect(looseLinks(graph)).toEqual([]);
  });

  it("img2img scales the picture and takes strength for denoise", () => {
    const graph = fluxImg2img.build(VALUES);
    expect(graph["40"]?.inputs).toEqual({ image: "attempt-1.png" });
    expect(graph["41"]?.inputs).toMatchObject({ width: 1024, height: 768, crop: "center", image: ["40", 0] });
    expect(graph["31"]?.inputs).toMatchObject({ denoise: 0.6, cfg: 1, latent_image: ["42", 0] });
    expect(classes(graph)).not.toContain("EmptySD3LatentImage");
    expect(looseLinks(graph)).toEqual([]);
  });

  it("img2img of several repeats the latent", () => {
    const graph = fluxImg2img.build({ ...VALUES, count: 4 });
    expect(graph["43"]?.inputs).toEqual({ samples: ["42", 0], amount: 4 });
    expect(graph["31"]?.inputs.latent_image).toEqual(["43", 0]);
    expect(looseLinks(graph)).toEqual([]);
  });

  // Read first 5: the stock image cannot do it, so it is configured and not tried.
  it("background removal exists exactly where the image brings it", () => {
    for (const capability of BACKGROUND_REMOVALS) {
      const graph = backgroundRemovalWorkflow(capability)?.build(VALUES);
      expect(graph === undefined).toBe(capability === "none");
      if (!graph) continue;
      expect(looseLinks(graph)).toEqual([]);
      expect(classes(graph)).toContain("SaveImage");
    }
  });

  it("the core nodes invert the mask before it becomes alpha", () => {
    const graph = backgroundRemovalWorkflow("core")?.build(VALUES) ?? {};
    expect(graph["53"]?.inputs).toEqual({ image: ["40", 0], alpha: ["52", 0] });
    expect(graph["52"]).toEqual({ class_type: "InvertMask", inputs: { mask: ["51", 0] } });
  });

  it("two builds share nothing", () => {
    const workflow = backgroundRemovalWorkflow("rmbg");
    const first = workflow?.build(VALUES);
    if (first?.["51"]) first["51"].inputs.model = "changed";
    expect(workflow?.build(VALUES)["51"]?.inputs.model).not.toBe("changed");
  });
});

describe("an operator's workflow", () => {
  const OWN = {
    "1": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "{{checkpoint}}" }, _meta: { title: "x" } },
    "2": { class_type: "CLIPTextEncode", inputs: { text: "photo of {{ prompt }}, 4k", clip: ["1", 1] } },
    "3": {
      class_type: "Sampler",
      inputs: { seed: "{{seed}}", size: { width: "{{width}}" }, list: [1, "{{steps}}"], cond: ["2", 0] },
    },
    "4": { class_type: "SaveImage", inputs: { filename_prefix: "{{filename_prefix}}", images: ["3", 0] } },
  };
  const parse = (graph: unknown, operation: "txt2img" | "img2img" | "remove_background" = "txt2img") =>
    parseOperatorWorkflow(typeof graph === "string" ? graph : JSON.stringify(graph), operation, "flow.json");

  it("fills slots with values of their type, texts within texts", () => {
    const graph = parse(OWN).build(VALUES);
    expect(graph["2"]?.inputs.text).toBe("photo of a red fox, 4k");
    expect(graph["3"]?.inputs).toEqual({ seed: 42, size: { width: 1024 }, list: [1, 20], cond: ["2", 0] });
    expect(graph["1"]?.inputs.ckpt_name).toBe("flux1-dev-fp8.safetensors");
  });

  it("does not read slots out of what a caller wrote", () => {
    const graph = parse(OWN).build({ ...VALUES, prompt: "{{seed}} $& {{checkpoint}}" });
    expect(graph["2"]?.inputs.text).toBe("photo of {{seed}} $& {{checkpoint}}, 4k");
  });

  it("says which parts of a request it has no place for", () => {
    expect(parse(OWN).ignores).toEqual(["negativePrompt", "guidance", "strength", "height", "count"]);
  });

  it.each([
    ["{", /flow\.json: is not JSON/],
    [{ nodes: [], links: [] }, /Export \(API\)/],
    [[1], /not of ComfyUI's API format/],
    [{ "1": { class_type: "X" } }, /1\.inputs is not of ComfyUI's API format/],
    [
      { ...OWN, "2": { class_type: "T", inputs: { text: "{{promt}}" } } },
      /\{\{promt\}\} is no slot.*needs the slot \{\{prompt\}\}/,
    ],
    [{ ...OWN, "5": { class_type: "T", inputs: { a: ["99", 0] } } }, /node 5: a links to node 99, which is missing/],
    [{ "1": { class_type: "T", inputs: { text: "{{prompt}} {{seed}}" } } }, /no node saves a picture/],
  ])("refuses %j", (graph, message) => {
    expect(() => parse(graph)).toThrow(message);
  });

  it("names the slots that the operation needs", () => {
    expect(() => parse(OWN, "img2img")).toThrow(/img2img needs the slot \{\{image\}\}/);
    expect(() => parse(OWN, "remove_background")).toThrow(/remove_background needs the slot \{\{image\}\}/);
  });
});
