import { describe, expect, it } from "vitest";
import { applyMapping, columnsOf, type Mapping, parseTypedMapping } from "./mapping";

const mapped = (text: string, values: Record<string, unknown>) => {
  const mapping = parseTypedMapping(text);
  if (typeof mapping === "string") throw new Error(mapping);
  return applyMapping(mapping, values);
};

describe("a mapping", () => {
  it("takes pairs of column and field, and turns units into ours", () => {
    const pairs = "when = createdAt:s, took=latencyMs:s,usd=costMicros:usd,n=images,who=stickyKey";
    expect(mapped(pairs, { when: "1732000000.5", took: "4.25", usd: "0.0750", n: "2.0", who: 17 })).toEqual({
      createdAt: 1_732_000_000_500,
      latencyMs: 4_250,
      costMicros: 75_000,
      images: 2,
      stickyKey: "17",
    });
  });

  it("leaves an empty cell unknown and a word that is no number to the rules", () => {
    expect(mapped("took=latencyMs:s,n=images", { took: "", n: "many" })).toEqual({ latencyMs: null, images: "many" });
    expect(mapped("usd=costMicros:usd", { usd: "0.0000015" })).toEqual({ costMicros: 1.5 });
  });

  it.each([
    ["2024-11-15 16:57:50", "2024-11-15T16:57:50Z"],
    ["2024-11-15T16:57:50.25", "2024-11-15T16:57:50.25Z"],
    ["2024-11-15 16:57:50 +0200", "2024-11-15T16:57:50+02:00"],
    ["2024-11-15 16:57:50 UTC", "2024-11-15T16:57:50Z"],
    ["1732000000000", 1_732_000_000_000],
    ["15.11.2024", "15.11.2024"],
  ])("reads the time %s", (text, time) => {
    expect(mapped("t=createdAt", { t: text })).toEqual({ createdAt: time });
  });

  it("puts our words for the file's, and constants where there is no column", () => {
    const mapping: Mapping = {
      about: null,
      delimiter: ",",
      fields: {
        state: { column: "s", unit: null, words: { OK: "succeeded" } },
        provider: { value: "scenario" },
      },
    };
    expect(columnsOf(mapping)).toEqual(["s"]);
    expect(applyMapping(mapping, { s: "OK" })).toEqual({ state: "succeeded", provider: "scenario" });
    expect(applyMapping(mapping, { s: "odd" })).toEqual({ state: "odd", provider: "scenario" });
  });

  it.each([
    ["took", /must be column=field/],
    ["took=speed", /names no field: speed/],
    ["took=latencyMs:h", /names no unit: h/],
    ["a=images,b=images", /gives images twice/],
  ])("says what is wrong with %s", (text, rule) => {
    expect(parseTypedMapping(text)).toMatch(rule);
  });
});
