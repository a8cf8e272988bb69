import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_SKETCH, EXACT_MAX, isExact, mergeSketches, quantile, sketchOf } from "./sketch";
import { sketchFromBytes, sketchToBytes } from "./sketch-bytes";

const QUANTILES = [0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];
const values = fc.array(fc.oneof(fc.nat(300), fc.nat(200_000), fc.nat(2_147_483_647)), { maxLength: 400 });

/** As PostgreSQL's `percentile_cont`. */
function exactQuantile(list: readonly number[], q: number): number {
  const sorted = [...list].sort((left, right) => left - right);
  const rank = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
  return low + (rank - Math.floor(rank)) * (high - low);
}

describe("sketch", () => {
  it("answers every quantile to within 1 % at every n", () => {
    fc.assert(
      fc.property(values, (list) => {
        const sketch = sketchOf(list);
        for (const q of QUANTILES) {
          const got = quantile(sketch, q);
          if (list.length === 0) expect(got).toBeNull();
          else
            expect(Math.abs((got ?? 0) - exactQuantile(list, q))).toBeLessThanOrEqual(
              0.01 * exactQuantile(list, q) + 1e-9,
            );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is exact while it is small", () => {
    const list = Array.from({ length: EXACT_MAX }, (_, index) => (index * 7_919) % 100_003);
    const sketch = sketchOf(list);
    expect(isExact(sketch)).toBe(true);
    for (const q of QUANTILES) expect(quantile(sketch, q)).toBeCloseTo(exactQuantile(list, q), 9);
    expect(isExact(sketchOf([...list, 1]))).toBe(false);
  });

  it("merges in any order and any grouping to the same sketch, the one of all values", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)];
        const whole = sketchOf([...a, ...b, ...c]);
        expect(mergeSketches([mergeSketches([x, y]), z])).toEqual(whole);
        expect(mergeSketches([x, mergeSketches([y, z])])).toEqual(whole);
        expect(mergeSketches([z, x, y])).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it("comes back from its bytes unchanged", () => {
    fc.assert(
      fc.property(values, (list) => {
        const sketch = sketchOf(list);
        expect(sketchFromBytes(sketchToBytes(sketch))).toEqual(sketch);
      }),
    );
    expect(sketchFromBytes(sketchToBytes(EMPTY_SKETCH))).toEqual(EMPTY_SKETCH);
  });

  it("stays small: a hundred thousand latencies in under two kilobytes", () => {
    const list = Array.from({ length: 100_000 }, (_, index) => Math.round(1_000 * Math.exp(((index % 997) / 997) * 4)));
    expect(sketchToBytes(sketchOf(list)).length).toBeLessThan(2_048);
  });

  it("refuses what is no whole number from 0, and bytes that it did not write", () => {
    for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => sketchOf([value])).toThrow(RangeError);
    const bytes = sketchToBytes(sketchOf([5, 10, 10]));
    expect(() => sketchFromBytes(bytes.slice(0, -1))).toThrow(/end too early/);
    expect(() => sketchFromBytes(Uint8Array.from([...bytes, 0]))).toThrow(/after its end/);
    expect(() => sketchFromBytes(Uint8Array.from([9, ...bytes.slice(1)]))).toThrow(/version 9/);
    expect(() => sketchFromBytes(new Uint8Array())).toThrow(/version none/);
  });
});
