import { describe, expect, it } from "vitest";
import type { DecodedImage, OutputExpectation } from "./image-service";
import { gateProblem } from "./result-gate";

const photo: DecodedImage = { mimeType: "image/png", width: 1024, height: 768, deviation: 52, alpha: null };
const cut: DecodedImage = { ...photo, alpha: { transparentShare: 0.6, opaqueShare: 0.38 } };
const any: OutputExpectation = { width: null, height: null, needsAlpha: false };
const alpha: OutputExpectation = { ...any, needsAlpha: true };

describe("gateProblem", () => {
  it.each<[string, DecodedImage, OutputExpectation, string | null]>([
    ["a photograph", photo, any, null],
    ["the size that was asked for", photo, { ...any, width: 1024, height: 768 }, null],
    ["another width", photo, { ...any, width: 1000, height: 768 }, "size"],
    ["another height", photo, { ...any, width: 1024, height: 1024 }, "size"],
    ["only a width asked for", photo, { ...any, width: 1024 }, null],
    ["all black", { ...photo, deviation: 0 }, any, "blank"],
    ["black with JPEG noise", { ...photo, deviation: 0.8 }, any, "blank"],
    ["exactly the threshold", { ...photo, deviation: 2 }, any, "blank"],
    ["a dot on a white page", { ...photo, deviation: 4.4 }, any, null],
    ["alpha although nobody asked", cut, any, null],
    ["a cut-out", cut, alpha, null],
    [
      "a ring kept from a wide photograph",
      { ...cut, alpha: { transparentShare: 0.99, opaqueShare: 0.004 } },
      alpha,
      null,
    ],
    ["no alpha channel", photo, alpha, "no_alpha"],
    ["opaque all over", { ...cut, alpha: { transparentShare: 0, opaqueShare: 1 } }, alpha, "nothing_cut"],
    ["half transparent all over", { ...cut, alpha: { transparentShare: 0, opaqueShare: 0 } }, alpha, "nothing_cut"],
    [
      "transparent all over",
      { ...cut, deviation: 0, alpha: { transparentShare: 1, opaqueShare: 0 } },
      alpha,
      "nothing_left",
    ],
    ["a ghost of a subject", { ...cut, alpha: { transparentShare: 0.95, opaqueShare: 0 } }, alpha, "nothing_left"],
  ])("%s", (_name, image, expected, rule) => {
    expect(gateProblem(image, expected)?.rule ?? null).toBe(rule);
  });

  it("says what was found and what was asked for", () => {
    expect(gateProblem(photo, { ...any, width: 512, height: null })?.message).toBe(
      "has 1024 × 768 pixels; 512 × any were asked for",
    );
  });
});
