import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coveredMs, gapsBetween, type Span } from "./spans";

const span = (fromMs: number, toMs: number): Span => ({ fromMs, toMs });

describe("coveredMs and gapsBetween", () => {
  it("count what overlaps once and what lies outside not at all", () => {
    const spans = [span(10, 20), span(15, 30), span(90, Number.POSITIVE_INFINITY), span(0, 5)];
    expect(coveredMs(spans, span(2, 100))).toBe(3 + 20 + 10);
    expect(gapsBetween(spans, span(2, 100))).toEqual([span(5, 10), span(30, 90)]);
  });

  it("together make up the window", () => {
    const some = fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]) => span(Math.min(a, b), Math.max(a, b)));
    fc.assert(
      fc.property(fc.array(some), some, (spans, window) => {
        const gaps = gapsBetween(spans, window);
        expect(coveredMs(spans, window) + coveredMs(gaps, window)).toBe(window.toMs - window.fromMs);
        for (const gap of gaps) expect(coveredMs(spans, gap)).toBe(0);
      }),
    );
  });
});
