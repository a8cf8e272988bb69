import type { Graph, Workflow, WorkflowValues } from "./graph";

/**
 * The part that txt2img and img2img share, as in worker-comfyui's own example for flux1-dev-fp8. FLUX dev is
 * guidance-distilled: `cfg` stays 1 and guidance goes through FluxGuidance, which makes the negative prompt inert.
 */
function sampling(values: WorkflowValues, latent: [string, number], denoise: number): Graph {
  return {
    "30": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: values.checkpoint } },
    "6": { class_type: "CLIPTextEncode", inputs: { text: values.prompt ?? "", clip: ["30", 1] } },
    "33": { class_type: "CLIPTextEncode", inputs: { text: "", clip: ["30", 1] } },
    "35": { class_type: "FluxGuidance", inputs: { guidance: values.guidance, conditioning: ["6", 0] } },
    "31": {
      class_type: "KSampler",
      inputs: {
        seed: values.seed ?? 0,
        steps: values.steps,
        cfg: 1,
        sampler_name: "euler",
        scheduler: "simple",
        denoise,
        model: ["30", 0],
        positive: ["35", 0],
        negative: ["33", 0],
        latent_image: latent,
      },
    },
    "8": { class_type: "VAEDecode", inputs: { samples: ["31", 0], vae: ["30", 2] } },
    "9": { class_type: "SaveImage", inputs: { filename_prefix: values.filenamePrefix, images: ["8", 0] } },
  };
}

export const fluxTxt2img: Workflow = {
  ignores: ["negativePrompt"],
  build: (values) => ({
    ...sampling(values, ["27", 0], 1),
    "27": {
      class_type: "EmptySD3LatentImage",
      inputs: { width: values.width, height: values.height, batch_size: values.count },
    },
  }),
};

export const fluxImg2img: Workflow = {
  ignores: ["negativePrompt"],
  build: (values) => {
    const graph: Graph = {
      ...sampling(values, values.count > 1 ? ["43", 0] : ["42", 0], values.strength),
      "40": { class_type: "LoadImage", inputs: { image: values.image ?? "" } },
      // Always scaled: the result has the latent's size, and an unbounded one ends out of memory.
      "41": {
        class_type: "ImageScale",
        inputs: {
          image: ["40", 0],
          upscale_method: "lanczos",
          width: values.width,
          height: values.height,
          crop: "center",
        },
      },
      "42": { class_type: "VAEEncode", inputs: { pixels: ["41", 0], vae: ["30", 2] } },
    };
    if (values.count > 1) {
      graph["43"] = { class_type: "RepeatLatentBatch", inputs: { samples: ["42", 0], amount: values.count } };
    }
    return graph;
  },
};
