import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pixelStats } from "./pixel-stats";

function plainDeviation(values: number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe("pixelStats", () => {
  it("equals the textbook formula on the channel that varies most", () => {
    const pixel = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 1, maxLength: 60 }), (pixels) => {
        const expected = Math.max(...[0, 1, 2].map((channel) => plainDeviation(pixels.map((p) => p[channel] ?? 0))));
        expect(pixelStats(Uint8Array.from(pixels.flat()), 3).deviation).toBeCloseTo(expected, 9);
      }),
    );
  });

  it("finds one flat colour blank, whichever it is", () => {
    expect(pixelStats(Uint8Array.from([200, 10, 30, 200, 10, 30]), 3)).toEqual({ deviation: 0, alpha: null });
  });

  it("sees nothing of the colours under transparent pixels", () => {
    const stats = pixelStats(Uint8Array.from([255, 0, 0, 0, 0, 255, 0, 0, 7, 7, 200, 0]), 4);
    expect(stats).toEqual({ deviation: 0, alpha: { transparentShare: 1, opaqueShare: 0 } });
  });

  it("counts alpha 254 as opaque, 8 as transparent, and what lies between as neither", () => {
    const alphas = [254, 255, 247, 246, 128, 9, 8, 0];
    const stats = pixelStats(Uint8Array.from(alphas.flatMap((alpha) => [50, alpha])), 2);
    expect(stats.alpha).toEqual({ transparentShare: 2 / 8, opaqueShare: 3 / 8 });
  });
});
