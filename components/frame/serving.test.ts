import { expect, it } from "vitest";
import { servingHeadline } from "./serving";

it.each([
  [0, "Scenario serves 100% of traffic"],
  [1_000, "Scenario serves 90% of traffic"],
  [5_000, "Scenario serves 50% of traffic"],
  [5_001, "ComfyUI serves 50.01% of traffic"],
  [10_000, "ComfyUI serves 100% of traffic"],
])("at a candidate share of %d basis points says %s", (shareBp, headline) =>
  expect(servingHeadline(shareBp)).toBe(headline),
);
