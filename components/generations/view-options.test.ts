import { expect, it } from "vitest";
import { COLUMN_KEYS, DEFAULT_OPTIONS, inAddress, readOptions, writeOptions } from "./view-options";

it("keeps columns and density over a cookie, in the order of the table", () => {
  const options = { columns: ["latency", "status"], density: "compact" } as const;
  expect(readOptions(writeOptions(options))).toEqual({ columns: ["status", "latency"], density: "compact" });
  expect(readOptions(writeOptions({ columns: [], density: "comfortable" }))).toEqual({
    columns: [],
    density: "comfortable",
  });
});

it.each([undefined, "", "density=huge", "%%%"])("shows everything where the cookie is %j", (cookie) => {
  expect(readOptions(cookie)).toEqual(DEFAULT_OPTIONS);
});

it("says in the address only what is not usual", () => {
  expect(inAddress(DEFAULT_OPTIONS)).toEqual({ cols: null, density: null });
  expect(inAddress({ columns: COLUMN_KEYS.slice(0, 2), density: "compact" })).toEqual({
    cols: ["status", "provider"],
    density: "compact",
  });
});
