import type { GenerationParams } from "@/server/domain/generation-request";

/** A request with everything left to the provider but what is named. */
export function pictureParams(
  change: Partial<GenerationParams> & Pick<GenerationParams, "operation">,
): GenerationParams {
  return {
    prompt: null,
    negativePrompt: null,
    width: null,
    height: null,
    steps: null,
    guidance: null,
    seed: null,
    strength: null,
    count: 1,
    ...change,
  };
}
