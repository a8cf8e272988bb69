import { expect, it } from "vitest";
import type { EndpointSettings } from "@/server/domain/endpoint/settings";
import { standingPrice } from "@/server/domain/endpoint/standing-price";
import { changeOf, formOf } from "./change-form";
import { standingWords } from "./endpoint-words";

const settings: EndpointSettings = {
  name: "flux",
  image: null,
  gpuPools: ["ADA_24", "AMPERE_24"],
  gpuCount: 1,
  workersMin: 0,
  workersMax: 3,
  idleTimeoutS: 5,
  scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
  executionTimeoutMs: null,
  flashboot: "OFF",
  dataCenterIds: [],
};
const form = formOf(settings);

it("sends only what was changed", () => {
  expect(changeOf(settings, form)).toEqual({});
  expect(changeOf(settings, { ...form, gpuPools: ["AMPERE_24", "ADA_24"] })).toEqual({});
  expect(changeOf(settings, { ...form, workersMin: "1", executionTimeoutS: "900" })).toEqual({
    workersMin: 1,
    executionTimeoutMs: 900_000,
  });
  expect(changeOf({ ...settings, executionTimeoutMs: 900_000 }, form)).toEqual({ executionTimeoutMs: 0 });
});

it("leaves the idle time-out out where RunPod has none", () => {
  const typed = { ...form, scalingType: "REQUEST_COUNT" as const, scalingValue: "2", idleTimeoutS: "9" };
  expect(changeOf(settings, typed)).toEqual({ scaling: { type: "REQUEST_COUNT", requestCount: 2 } });
});

it("says the price of standing workers, and says so when it is not known", () => {
  const price = { low: { micros: 690_000, per: 3_600 }, high: { micros: 1_100_000, per: 3_600 }, source: "" };
  expect(standingWords(standingPrice(1, price))).toBe("$16.56 to $26.40 a day, $496.80 to $792.00 a month");
  expect(standingWords(standingPrice(0, null))).toMatch(/^\$0\.00/);
  expect(standingWords(standingPrice(1, null))).toMatch(/^unknown/);
});
