import { expect, it } from "vitest";
import { measuredWords } from "./measured-words";

const none = { n: 0, measuredBp: null, forced: 0, fallback: 0, notAvailable: 0 };

it("has nothing to explain without traffic", () =>
  expect(measuredWords(none, 1_000, "0")).toBe("No generation was decided by this revision yet."));

it("says how much chance moves the share, and names what the rollout did not decide", () =>
  expect(
    measuredWords({ ...none, n: 110, measuredBp: 1_200, forced: 10, fallback: 2, notAvailable: 1 }, 1_000, "110"),
  ).toBe(
    "Of 110 generations under this revision; chance alone moves it by ±5.9 points; 10 named their provider and are not counted; 2 fell back; 1 could not go to ComfyUI.",
  ));

it("at 0% and 100% nothing is left to chance", () =>
  expect(measuredWords({ ...none, n: 50, measuredBp: 0 }, 0, "50")).toBe("Of 50 generations under this revision."));
