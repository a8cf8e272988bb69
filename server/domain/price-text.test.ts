import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePrice, priceText } from "./price-text";

describe("a price as it is written", () => {
  it.each([
    ["0.05", "image", { micros: 50_000, per: 1 }],
    ["$1.10/hour", "gpu_second", { micros: 1_100_000, per: 3_600 }],
    ["1.58 per hour", "gpu_second", { micros: 1_580_000, per: 3_600 }],
    ["0.00031", "gpu_second", { micros: 310, per: 1 }],
    ["0.0000010", "creative_unit", { micros: 1, per: 1 }],
    ["0", "image", { micros: 0, per: 1 }],
  ] as const)("%s for a %s is exact", (text, unit, price) => {
    expect(parsePrice(text, unit)).toEqual(price);
  });

  it.each([
    ["-0.05", "image", /not be negative/],
    ["0.0000005", "gpu_second", /fractions of a millionth of a dollar: give it per hour/],
    ["1.0000005/hour", "gpu_second", /fractions of a millionth of a dollar$/],
    ["1.10/hour", "image", /per image or thousand, not per hour/],
    ["five", "image", /must be dollars/],
    ["1e3", "image", /must be dollars/],
    ["2000000", "image", /at most a million/],
  ] as const)("%s for a %s is refused in words", (text, unit, rule) => {
    expect(parsePrice(text, unit)).toMatchObject({ rule: expect.stringMatching(rule) });
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(fc.nat(50_000_000), fc.constantFrom(1, 3_600), (micros, per) => {
        expect(parsePrice(priceText({ micros, per }, "gpu_second"), "gpu_second")).toEqual({ micros, per });
      }),
    );
  });
});
