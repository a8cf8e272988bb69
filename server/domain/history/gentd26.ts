import type { Mapping } from "./mapping";

const column = (name: string, rest: { unit?: "s"; words?: Record<string, string> } = {}) => ({
  column: name,
  unit: rest.unit ?? null,
  words: rest.words ?? null,
});

/**
 * Alibaba's public trace of a text-to-image service, GenTD26. It tells one time, from a worker's start to the end, so
 * that is both execution and latency. A request that was still open when the trace was cut has no end. There is no
 * provider in it: it counts as the one that we leave, unless another is named.
 */
export const GENTD26: Mapping = {
  about: "GenTD26, Alibaba cluster trace of a text-to-image service",
  delimiter: ",",
  fields: {
    provider: { value: "scenario" },
    createdAt: column("gmt_create"),
    operation: column("predict_type", {
      words: { TXT_2_IMG: "txt2img", IMG_2_IMG: "img2img", INPAINTING: "img2img" },
    }),
    state: column("predict_status", {
      words: { SUCCEED: "succeeded", FAILED: "failed", PENDING: "censored", PROCESSING: "censored" },
    }),
    latencyMs: column("exec_time_seconds", { unit: "s" }),
    executionMs: column("exec_time_seconds", { unit: "s" }),
    images: column("num_images_per_prompt"),
    steps: column("num_inference_steps"),
    model: column("checkpoint_model_version_id"),
    stickyKey: column("groupId"),
  },
};
