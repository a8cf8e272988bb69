import { expect, it } from "vitest";
import { changeWords, overriddenTitles, successOf } from "./history-words";

const at = (candidateShareBp: number, kind?: string) => ({
  candidateShareBp,
  phase: "gradual" as const,
  held: false,
  details: kind ? { kind } : null,
});

it.each([
  [at(1_000), undefined, "10% ComfyUI"],
  [at(5_000, "share"), at(1_000), "10% → 50% ComfyUI"],
  [at(0, "rollback"), at(5_000), "Rolled back, 50% → 0% ComfyUI"],
  [at(5_000, "undo"), at(0), "Rollback undone, 0% → 50% ComfyUI"],
  [at(0, "resume"), at(0), "Resumed at 0% ComfyUI"],
  [{ ...at(10_000), phase: "deprecation" as const }, at(10_000), "100% ComfyUI, deprecation"],
])("says what changed", (entry, previous, words) => expect(changeWords(entry, previous)).toBe(words));

it("gives no rate on a handful", () => {
  expect(successOf({ succeeded: 19, failed: 0 })).toBeNull();
  expect(successOf({ succeeded: 19, failed: 1 })).toBe(0.95);
});

it("names what was overridden, whatever is stored", () => {
  expect(overriddenTitles(null)).toEqual([]);
  expect(overriddenTitles({ overridden: [{ title: "Success rate" }, 7, { key: "x" }] })).toEqual(["Success rate"]);
});
