import fc from "fast-check";
import { expect, it } from "vitest";
import { bucketStart, finestKeptMs } from "./buckets";
import { coverSpan } from "./cover-span";

const NOW = Date.UTC(2026, 10, 25, 12, 0, 30);
const YEAR = 366 * 86_400_000;

it("covers every instant of a span once, and no other", () => {
  const ageMs = fc.oneof(fc.integer({ min: -60_000, max: 10 * 60_000 }), fc.integer({ min: 0, max: 2 * YEAR }));
  fc.assert(
    fc.property(
      ageMs,
      ageMs,
      fc.constantFrom(60_000, 900_000, 3_600_000, 86_400_000, Number.POSITIVE_INFINITY),
      (a, b, widest) => {
        const span = { fromMs: NOW - Math.max(a, b) - 1, toMs: NOW - Math.min(a, b) };
        const finestMs = finestKeptMs(span.fromMs, NOW);
        if (widest < finestMs) return;
        const { ranges, whole, edges } = coverSpan(span, NOW, widest);
        let atMs = span.fromMs;
        for (const piece of [...ranges, ...edges].sort((left, right) => left.fromMs - right.fromMs)) {
          expect(piece.fromMs).toBe(atMs);
          atMs = piece.toMs;
        }
        expect(atMs).toBe(span.toMs);
        for (const { widthMs, fromMs, toMs } of ranges) {
          expect(widthMs).toBeGreaterThanOrEqual(finestMs);
          expect(widthMs).toBeLessThanOrEqual(widest);
          expect([bucketStart(fromMs, widthMs), bucketStart(toMs, widthMs)]).toEqual([fromMs, toMs]);
        }
        for (const edge of edges) expect(edge.toMs - edge.fromMs).toBeLessThan(2 * finestMs);
        expect(whole === null).toBe(ranges.length === 0);
      },
    ),
  );
});
