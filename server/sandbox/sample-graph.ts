import type { JsonObject } from "./http";

/** A small text-to-image graph: every job in virtual time goes through validation and evaluation like any other job. */
export function sampleInput(): JsonObject {
  const node = (class_type: string, inputs: JsonObject) => ({ class_type, inputs });
  return {
    workflow: {
      "1": node("CheckpointLoaderSimple", { ckpt_name: "flux1-dev-fp8.safetensors" }),
      "2": node("CLIPTextEncode", { text: "a red fox", clip: ["1", 1] }),
      "3": node("EmptySD3LatentImage", { width: 512, height: 512, batch_size: 1 }),
      "5": node("VAEDecode", { samples: ["4", 0], vae: ["1", 2] }),
      "6": node("SaveImage", { filename_prefix: "ComfyUI", images: ["5", 0] }),
    },
  };
}

/** Another seed for each, or ComfyUI's cache would answer. */
export function withSeed(input: JsonObject, seed: number): JsonObject {
  const sampler = {
    class_type: "KSampler",
    inputs: {
      seed,
      steps: 10,
      cfg: 1,
      sampler_name: "euler",
      scheduler: "simple",
      denoise: 1,
      model: ["1", 0],
      positive: ["2", 0],
      negative: ["2", 0],
      latent_image: ["3", 0],
    },
  };
  return { workflow: { ...(input.workflow as JsonObject), "4": sampler } }; // sampleInput made it an object
}
