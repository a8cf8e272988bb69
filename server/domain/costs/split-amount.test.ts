import fc from "fast-check";
import { expect, it } from "vitest";
import { splitAmount } from "./split-amount";

it("loses no unit, gives each its share to within one, and nothing to whoever has no part", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -(10 ** 13), max: 10 ** 13 }),
      fc.array(fc.integer({ min: 0, max: 10 ** 14 }), { minLength: 1, maxLength: 12 }),
      (amount, weights) => {
        const parts = splitAmount(amount, weights);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
        const sum = weights.reduce((total, weight) => total + BigInt(weight), 0n);
        if (sum === 0n) return;
        for (const [index, weight] of weights.entries()) {
          const exact = (BigInt(amount) * BigInt(weight)) / sum;
          const off = BigInt(parts[index] ?? 0) - exact;
          expect(off >= -1n && off <= 1n).toBe(true);
          if (weight === 0) expect(parts[index]).toBe(0);
        }
      },
    ),
  );
});

it("gives all of it to the first where nobody has a part", () => {
  expect(splitAmount(7, [0, 0])).toEqual([7, 0]);
});
