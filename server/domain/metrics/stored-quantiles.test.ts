import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sketchOf } from "@/server/domain/sketch/sketch";
import { type Measures, NO_MEASURES, SERIES } from "./measures";
import { quantilesOf, toQuantiles } from "./point";
import { areKnownOf, readQuantiles, storeQuantiles } from "./stored-quantiles";

const times = fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 250 });
const measures = fc.array(times, { minLength: SERIES.length, maxLength: SERIES.length }).map(
  (all): Measures => ({
    ...NO_MEASURES,
    sketches: Object.fromEntries(
      SERIES.map((name, place) => [name, sketchOf(all[place] ?? [])]),
    ) as Measures["sketches"],
  }),
);

describe("stored quantiles", () => {
  it("are those of the distributions, and nothing of those that nobody asks for", () => {
    fc.assert(
      fc.property(measures, (some) => {
        const text = storeQuantiles(some);
        const quantiles = quantilesOf(some);
        expect(readQuantiles(text)).toEqual(quantiles);
        const nothing = toQuantiles(sketchOf([]));
        expect(readQuantiles(text, ["delay", "store"])).toEqual({
          ...quantiles,
          ...{
            latency: nothing,
            latencyWarm: nothing,
            latencyCold: nothing,
            latencyOther: nothing,
            execution: nothing,
          },
        });
      }),
      { numRuns: 100 },
    );
  });

  it("say something else than distributions where some latencies alone are asked for", () => {
    expect(areKnownOf(SERIES)).toBe(true);
    expect(areKnownOf(["latencyWarm", "latencyCold", "latencyOther"])).toBe(true);
    expect(areKnownOf(["execution"])).toBe(true);
    expect(areKnownOf(["latencyWarm", "execution"])).toBe(false);
  });

  // These texts stand in databases.
  it("of version 1 stay readable, and what is damaged is refused", () => {
    const sketches = { ...NO_MEASURES.sketches, latencyWarm: sketchOf([5, 900, 900]), store: sketchOf([70]) };
    const some = { ...NO_MEASURES, sketches };
    const text = "103TL00" + "13TL00" + "61V200";
    expect(storeQuantiles(some)).toBe(text);
    expect(readQuantiles(text)).toEqual(quantilesOf(some));
    expect(() => readQuantiles(`2${text.slice(1)}`)).toThrow(/version 2/);
    expect(() => readQuantiles("")).toThrow(/version none/);
    expect(() => readQuantiles(text.slice(0, -1))).toThrow(RangeError);
    expect(() => readQuantiles(`${text}8`)).toThrow(/damaged/);
  });
});
