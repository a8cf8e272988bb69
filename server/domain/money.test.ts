import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costOf, formatMicros } from "./money";

const micros = fc.integer({ min: 0, max: 10_000_000_000 });
const per = fc.integer({ min: 1, max: 1_000_000 });
const thousandths = fc.integer({ min: 0, max: 1_000_000_000 });

describe("costOf", () => {
  it.each([
    [10.75, { micros: 9_000, per: 1 }, 96_750],
    [0.1 + 0.2, { micros: 10, per: 1 }, 3],
    // 1.10 $/h: one second is 305.56 micros.
    [1, { micros: 1_100_000, per: 3_600 }, 306],
    [3_600, { micros: 1_100_000, per: 3_600 }, 1_100_000],
    [0.5, { micros: 1, per: 1 }, 1],
    [0.499, { micros: 1, per: 1 }, 0],
    [0, { micros: 9_000, per: 1 }, 0],
    // Beyond 2^53 on the way, exact at the end.
    [9_999_999.999, { micros: 900_000_000, per: 1_000 }, 8_999_999_999_100],
  ])("%s at %j is %i", (units, price, expected) => {
    expect(costOf(units, price)).toBe(expected);
  });

  it("is exact to half a micro", () => {
    fc.assert(
      fc.property(thousandths, micros, per, (units, price, perUnits) => {
        const cost = BigInt(costOf(units / 1000, { micros: price, per: perUnits }));
        const exactTimes = BigInt(units) * BigInt(price);
        const divisor = 1000n * BigInt(perUnits);
        const off = cost * divisor - exactTimes;
        expect((off < 0n ? -off : off) * 2n <= divisor).toBe(true);
      }),
    );
  });

  it("never costs less for more", () => {
    fc.assert(
      fc.property(thousandths, thousandths, micros, per, (left, right, price, perUnits) => {
        const unitPrice = { micros: price, per: perUnits };
        const [few, many] = [Math.min(left, right) / 1000, Math.max(left, right) / 1000];
        expect(costOf(few, unitPrice)).toBeLessThanOrEqual(costOf(many, unitPrice));
      }),
    );
  });

  it.each([
    [-1, { micros: 1, per: 1 }],
    [Number.NaN, { micros: 1, per: 1 }],
    [Number.POSITIVE_INFINITY, { micros: 1, per: 1 }],
    [1, { micros: 0.5, per: 1 }],
    [1, { micros: -1, per: 1 }],
    [1, { micros: 1, per: 0 }],
    [1, { micros: 1, per: 1.5 }],
  ])("refuses %s at %j", (units, price) => {
    expect(() => costOf(units, price)).toThrow(RangeError);
  });
});

describe("formatMicros", () => {
  it.each([
    [0, "$0.00"],
    [1_240, "$0.0012"],
    [96_750, "$0.097"],
    [1_500_000, "$1.50"],
    [1_234_567_890, "$1,234.57"],
    [12_345_678_900, "$12,346"],
    [-96_750, "−$0.097"],
  ])("%i is %s", (amount, expected) => {
    expect(formatMicros(amount)).toBe(expected);
  });
});
