import { createLoader } from "nuqs/server";
import { expect, it } from "vitest";
import { activeCount, filterParsers, hasFilters, openCount, toQuery } from "./filters";

const load = createLoader(filterParsers);

it("reads the view from the URL and drops words that it does not know", () => {
  const filters = load("?provider=comfyui,pigeon&temp=cold&state=open&q=fox");
  expect(filters).toMatchObject({ provider: ["comfyui"], temp: ["cold"], state: ["open"], q: "fox" });
});

it("asks the server for all open states at once, and leaves empty filters out", () => {
  expect(toQuery("sandbox", load("?state=open,failed"))).toEqual({
    environment: "sandbox",
    states: ["queued", "submitting", "running", "storing", "failed"],
  });
});

it("cuts a search that the server would refuse", () => {
  expect(toQuery("sandbox", load(`?q=${"a".repeat(300)}`)).search).toHaveLength(200);
});

it("knows whether anything is filtered", () => {
  expect(hasFilters(load("?q=%20"))).toBe(false);
  expect(hasFilters(load("?q=fox"))).toBe(true);
  expect(activeCount(load("?provider=comfyui,scenario&temp=cold"))).toBe(3);
});

it("counts open generations over their four states", () => {
  expect(openCount({ queued: 1, running: 2, storing: 1, succeeded: 9 })).toBe(4);
});

it("takes a span of time from a link, and no broken one", () => {
  const filters = load("?from=2026-01-02T03:04:05.000Z&to=yesterday");
  expect(filters).toMatchObject({ from: Date.UTC(2026, 0, 2, 3, 4, 5), to: null });
  expect(toQuery("sandbox", filters)).toEqual({ environment: "sandbox", fromMs: Date.UTC(2026, 0, 2, 3, 4, 5) });
  expect(activeCount(filters)).toBe(1);
});
