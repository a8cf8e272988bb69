import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DigitReader, fromUnsigned, toDigits, toUnsigned } from "@/server/domain/sketch/digits";
import { sketchOf } from "@/server/domain/sketch/sketch";
import { COUNTERS, type Measures, MeasuresBuilder, mergeMeasures, NO_MEASURES, SERIES } from "./measures";
import { addStored, readMeasures, storeMeasures } from "./stored-measures";

const times = fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 250 });
const measures = fc
  .record({
    counters: fc.array(fc.maxSafeInteger(), { minLength: COUNTERS.length, maxLength: COUNTERS.length }),
    times: fc.array(times, { minLength: SERIES.length, maxLength: SERIES.length }),
    n: fc.integer({ min: -5, max: 1_000_000 }),
  })
  .map(({ counters, times, n }): Measures => {
    const failures = { timeout: { n, lastSeenMs: 1_795_659_095_484 }, out_of_memory: { n: 1, lastSeenMs: 0 } };
    return {
      counters: Object.fromEntries(
        COUNTERS.map((name, place) => [name, Math.trunc((counters[place] ?? 0) / 2) + 0]),
      ) as Measures["counters"],
      sketches: Object.fromEntries(
        SERIES.map((name, place) => [name, sketchOf(times[place] ?? [])]),
      ) as Measures["sketches"],
      failures,
      attemptFailures: n > 0 ? failures : {},
    };
  });

describe("stored measures", () => {
  it("are read as they were written, and without what nobody asked for", () => {
    fc.assert(
      fc.property(measures, (some) => {
        const stored = storeMeasures(some);
        expect(readMeasures(stored)).toEqual(some);
        // What is added where it lies comes to what is read and added.
        const builder = new MeasuresBuilder();
        for (let times = 0; times < 3; times++) addStored(builder, stored);
        expect(builder.build()).toEqual(mergeMeasures([some, some, some]));
        expect(new MeasuresBuilder().merge(some).merge(some).merge(some).build()).toEqual(builder.build());
        const { sketches, ...others } = readMeasures({ ...stored, parts: null }, ["latencyCold"]);
        expect(others).toEqual({
          counters: some.counters,
          failures: some.failures,
          attemptFailures: some.attemptFailures,
        });
        expect(sketches).toEqual({ ...NO_MEASURES.sketches, latencyCold: some.sketches.latencyCold });
      }),
      { numRuns: 50 },
    );
  });

  // These texts stand in databases: names keep their places, or old rows would tell of something else.
  it("of version 1 stay readable", () => {
    const measures = mergeMeasures([
      {
        ...NO_MEASURES,
        counters: Object.fromEntries(COUNTERS.map((name, place) => [name, place - 3])) as Measures["counters"],
        sketches: { ...NO_MEASURES.sketches, latencyWarm: sketchOf([5, 900, 900]), store: sketchOf([70]) },
        failures: { timeout: { n: 2, lastSeenMs: 1_000 } },
      },
    ]);
    const texts = {
      numbers: "1F051321425466788:9<:>;@<B=D>F?H@JALBNCP1DR1ET1FV117timeout4XO0",
      latencies: "10:35oK251oK2",
      parts: "1581V201V21",
    };
    expect(storeMeasures(measures)).toEqual(texts);
    expect(readMeasures(texts)).toEqual(measures);
  });

  it("that are damaged are refused", () => {
    const stored = storeMeasures({ ...NO_MEASURES, sketches: { ...NO_MEASURES.sketches, delay: sketchOf([1, 2]) } });
    expect(() => readMeasures({ ...stored, numbers: `2${stored.numbers.slice(1)}` })).toThrow(/version 2/);
    expect(() => readMeasures({ ...stored, numbers: `${stored.numbers}0` })).toThrow(/damaged/);
    expect(() => readMeasures({ ...stored, parts: stored.parts?.slice(0, -1) ?? null })).toThrow(RangeError);
    expect(() => readMeasures({ ...stored, parts: `${stored.parts}!` })).toThrow(RangeError);
    expect(() => readMeasures({ ...stored, numbers: "" })).toThrow(/version none/);
  });
});

describe("digits", () => {
  it("hold every whole number, below 0 as well, and refuse what is none", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), (values) => {
        const reader = new DigitReader(values.map(toDigits).join(""));
        expect(values.map(() => reader.next())).toEqual(values);
        expect(reader.isAtEnd).toBe(true);
      }),
    );
    for (const value of [0, -1, 1, -2, 2 ** 52 - 1, 1 - 2 ** 52]) expect(fromUnsigned(toUnsigned(value))).toBe(value);
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => toDigits(value)).toThrow(RangeError);
    for (const text of ["", "P", "PP", "!", "é", "o".repeat(12)])
      expect(() => new DigitReader(text).next()).toThrow(RangeError);
  });
});
