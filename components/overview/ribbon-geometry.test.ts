import { expect, it } from "vitest";
import { ribbonShapes } from "./ribbon-geometry";

it.each([
  [1_000, 5.6, 50.4],
  [5_000, 28, 28],
  // A share too small to see is drawn at four pixels, and so is the rest of a share too large.
  [10, 4, 52],
  [9_990, 52, 4],
])("at %d basis points the ribbons are %d and %d thick", (shareBp, candidate, control) => {
  const shapes = ribbonShapes(shareBp);
  expect(shapes.candidate?.thickness).toBeCloseTo(candidate);
  expect(shapes.control?.thickness).toBeCloseTo(control);
});

it("draws one ribbon when one side gets all", () => {
  expect(ribbonShapes(0).candidate).toBeNull();
  expect(ribbonShapes(10_000).control).toBeNull();
});

it("gives every ribbon a lane for its dashes", () => {
  expect(ribbonShapes(10).candidate?.lanes).toHaveLength(1);
  expect(ribbonShapes(0).control?.lanes.length).toBeGreaterThan(3);
});
