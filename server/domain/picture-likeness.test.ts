import { describe, expect, it } from "vitest";
import { cutOutMatch, meanDifference, type PictureSample, structuralSimilarity } from "./picture-likeness";

const SIDE = 32;
const picture = (luma: (x: number, y: number) => number, alpha: (x: number, y: number) => number = () => 255) => {
  const cells = (of: (x: number, y: number) => number) =>
    Uint8Array.from({ length: SIDE * SIDE }, (_, at) => of(at % SIDE, Math.floor(at / SIDE)));
  return { side: SIDE, luma: cells(luma), alpha: cells(alpha) } satisfies PictureSample;
};
const waves = picture((x, y) => 128 + 80 * Math.sin(x / 3) * Math.cos(y / 4));
const other = picture((x, y) => 128 + 80 * Math.cos(x / 2 + y / 5));
const blend = (share: number) =>
  picture((x, y) => {
    const at = y * SIDE + x;
    return (waves.luma[at] ?? 0) * (1 - share) + (other.luma[at] ?? 0) * share;
  });

describe("two pictures", () => {
  it("are the same when nothing differs", () => {
    expect(meanDifference(waves, waves)).toBe(0);
    expect(structuralSimilarity(waves, waves)).toBeCloseTo(1, 10);
  });

  it("move apart by both figures as one is painted over", () => {
    const shares = [0.1, 0.3, 0.6, 0.9];
    const differences = shares.map((share) => meanDifference(waves, blend(share)));
    const likeness = shares.map((share) => structuralSimilarity(waves, blend(share)));
    expect(differences).toEqual([...differences].sort((a, b) => a - b));
    expect(likeness).toEqual([...likeness].sort((a, b) => b - a));
    expect(likeness.at(-1)).toBeLessThan(0.2);
  });

  it("keep their structure under another brightness, which only the difference sees", () => {
    const darker = picture((x, y) => (waves.luma[y * SIDE + x] ?? 0) - 20);
    expect(meanDifference(waves, darker)).toBeCloseTo(20, 0);
    expect(structuralSimilarity(waves, darker)).toBeGreaterThan(0.9);
  });

  it("cannot be compared on different grids", () => {
    expect(() => meanDifference(waves, { side: 16, luma: new Uint8Array(256), alpha: new Uint8Array(256) })).toThrow(
      /different grids/,
    );
  });
});

describe("a cut-out", () => {
  const subject = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => (at % SIDE < 8 ? 255 : 0));
  const cut = (alpha: (x: number, y: number) => number) =>
    cutOutMatch(
      picture(() => 0, alpha),
      subject,
    );
  it.each([
    ["that is exact", (x: number) => (x < 8 ? 255 : 0), { keptShare: 1, subjectShare: 1 }],
    ["that kept half of the subject", (x: number) => (x < 4 ? 255 : 0), { keptShare: 0.5, subjectShare: 1 }],
    ["that kept as much background", (x: number) => (x < 16 ? 255 : 0), { keptShare: 1, subjectShare: 0.5 }],
    ["that kept the background instead", (x: number) => (x < 8 ? 0 : 255), { keptShare: 0, subjectShare: 0 }],
    ["that took everything", () => 0, { keptShare: 0, subjectShare: 0 }],
  ])("%s", (_what, alpha, match) => expect(cut(alpha)).toEqual(match));
});
