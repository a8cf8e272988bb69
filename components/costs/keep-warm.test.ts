import { expect, it } from "vitest";
import { calibrationWords } from "./keep-warm-words";

const measured = {
  n: 1_234,
  coldShare: 0.1,
  p95Ms: 40_000,
  p95WarmMs: null,
  perMonthMicros: null,
  billedPerMonthMicros: null,
};
const rows = [{ what: "coldShare" as const, measured: 0.1, simulated: 0.105, error: 0.05, isWithin: true }];

it("says how the present setting was hit, and when it was not", () => {
  expect(calibrationWords(null)).toMatch(/too few requests since the endpoint was last changed/);
  expect(calibrationWords({ fromMs: 0, measured, rows, isWithin: true })).toBe(
    "Calibration on the present setting, 1,234 requests: within 10% (cold 10.5% simulated, 10.0% measured).",
  );
  expect(calibrationWords({ fromMs: 0, measured, rows, isWithin: false })).toMatch(/not within 10%: take .* with care/);
});
