import fc from "fast-check";
import { expect, it } from "vitest";
import { coarsest, TIERS } from "./buckets";

it("a span's fewest roll-ups are whole ones, follow each other, and are all of it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TIERS),
      fc.integer({ min: 0, max: 3_000_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      (finest, start, length) => {
        const span = { fromMs: start * finest.widthMs, toMs: (start + length) * finest.widthMs };
        const ranges = coarsest(span, finest);
        expect([ranges[0]?.fromMs, ranges.at(-1)?.toMs]).toEqual([span.fromMs, span.toMs]);
        ranges.forEach(({ widthMs, fromMs, toMs }, index) => {
          expect([fromMs % widthMs, toMs % widthMs, toMs > fromMs]).toEqual([0, 0, true]);
          expect(widthMs).toBeGreaterThanOrEqual(finest.widthMs);
          if (index > 0) expect(fromMs).toBe(ranges[index - 1]?.toMs);
        });
        // Days and what is left of a day at each end: never as many as a busy week has minutes.
        const rows = ranges.reduce((sum, { widthMs, fromMs, toMs }) => sum + (toMs - fromMs) / widthMs, 0);
        expect(rows).toBeLessThanOrEqual((span.toMs - span.fromMs) / TIERS[3].widthMs + 2 * (5 + 12 + 24));
      },
    ),
  );
});
