import fc from "fast-check";
import { expect, it } from "vitest";
import { bucketStart, coarsest, TIERS } from "./buckets";

const DAY_MS = 86_400_000;

it("a span's fewest roll-ups are whole ones, follow each other, and are all of it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TIERS),
      fc.integer({ min: 0, max: 3_000_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      (finest, start, length) => {
        const fromMs = bucketStart(start * finest.widthMs, finest.widthMs);
        const span = { fromMs, toMs: fromMs + length * finest.widthMs };
        const ranges = coarsest(span, finest);
        expect([ranges[0]?.fromMs, ranges.at(-1)?.toMs]).toEqual([span.fromMs, span.toMs]);
        ranges.forEach(({ widthMs, fromMs, toMs }, index) => {
          expect([bucketStart(fromMs, widthMs), bucketStart(toMs, widthMs), toMs > fromMs]).toEqual([
            fromMs,
            toMs,
            true,
          ]);
          expect(widthMs).toBeGreaterThanOrEqual(finest.widthMs);
          if (index > 0) expect(fromMs).toBe(ranges[index - 1]?.toMs);
        });
        // Weeks, and what is left of a week, a day and so on at each end.
        const rows = ranges.reduce((sum, { widthMs, fromMs, toMs }) => sum + (toMs - fromMs) / widthMs, 0);
        expect(rows).toBeLessThanOrEqual((span.toMs - span.fromMs) / (7 * DAY_MS) + 2 * (4 + 2 + 3 + 1 + 2 + 3 + 6));
      },
    ),
  );
});

it("a roll-up is whole ones of every finer width, and of those that it is the sum of for as long as it is kept", () => {
  for (const [index, { widthMs, keptMs, sumOfMs }] of TIERS.entries()) {
    for (const finer of TIERS.slice(0, index)) {
      expect(widthMs % finer.widthMs).toBe(0);
      const startMs = bucketStart(Date.UTC(2026, 10, 25, 12, 34), widthMs);
      expect(bucketStart(startMs, finer.widthMs)).toBe(startMs);
    }
    if (sumOfMs === null) continue;
    const base = TIERS.find((tier) => tier.widthMs === sumOfMs);
    expect(base).toMatchObject({ keptMs, sumOfMs: null });
  }
});
