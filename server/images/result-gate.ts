import type { DecodedImage, OutputExpectation } from "./image-service";
import { PictureProblem } from "./picture-problem";

export interface GateSettings {
  /**
   * Largest standard deviation of any channel (0 to 255) that still counts as blank. Examples: all black (a failed
   * sampler) 0; black with JPEG noise under 1; a 20-pixel dot on a white 1024 × 1024 page 4.4; a clear evening sky 15;
   * a photograph 40 to 80.
   */
  blankDeviationMax: number;
  /**
   * Background removal: the least share of pixels that must be cut away, and that must be left. Examples: a mug on a
   * table 0.7 and 0.3; a ring that was kept from a wide photograph 0.99 and 0.004; a removal that did nothing 0 and 1
   * (Scenario writes alpha 254 there, which counts as opaque); one that took everything 1 and 0.
   */
  cutShareMin: number;
  keptShareMin: number;
}

export const GATE_SETTINGS: GateSettings = { blankDeviationMax: 2, cutShareMin: 0.001, keptShareMin: 0.001 };

/** The first rule that a provider's picture breaks; null when it may be called a result. */
export function gateProblem(
  image: DecodedImage,
  expected: OutputExpectation,
  settings: GateSettings = GATE_SETTINGS,
): PictureProblem | null {
  if (
    (expected.width !== null && image.width !== expected.width) ||
    (expected.height !== null && image.height !== expected.height)
  ) {
    const wanted = `${expected.width ?? "any"} × ${expected.height ?? "any"}`;
    return new PictureProblem("size", `has ${image.width} × ${image.height} pixels; ${wanted} were asked for`);
  }
  if (expected.needsAlpha) {
    // Before the blank rule: a removal that took everything is blank too, and this says more.
    if (!image.alpha) return new PictureProblem("no_alpha", "has no alpha channel, so no background was removed");
    if (image.alpha.transparentShare < settings.cutShareMin)
      return new PictureProblem("nothing_cut", "is opaque all over, so no background was removed");
    if (image.alpha.opaqueShare < settings.keptShareMin)
      return new PictureProblem("nothing_left", "is transparent all over, so the subject was removed too");
  }
  if (image.deviation <= settings.blankDeviationMax) {
    return new PictureProblem("blank", `is blank (deviation ${image.deviation.toFixed(2)} of 255)`);
  }
  return null;
}
