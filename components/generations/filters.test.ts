import { createLoader } from "nuqs/server";
import { expect, it } from "vitest";
import { exportHref } from "./export-href";
import { filterGroups, filterWords, totalWords } from "./filter-groups";
import { activeCount, filterParsers, openCount, spanOf, toQuery } from "./filters";

const load = createLoader(filterParsers);

it("reads the view from the URL and drops words that it does not know", () => {
  const filters = load("?provider=comfyui,pigeon&temp=cold&state=open&q=fox");
  expect(filters).toMatchObject({ provider: ["comfyui"], temp: ["cold"], state: ["open"], q: "fox" });
});

it("asks the server for all open states at once, and leaves empty filters out", () => {
  expect(toQuery("sandbox", load("?state=open,failed"), { fromMs: 7 })).toEqual({
    environment: "sandbox",
    fromMs: 7,
    states: ["queued", "submitting", "running", "storing", "failed"],
  });
});

it("cuts a search that the server would refuse", () => {
  expect(toQuery("sandbox", load(`?q=${"a".repeat(300)}`), { fromMs: 7 }).search).toHaveLength(200);
});

it("says what is filtered by", () => {
  expect(filterWords(load("?q=%20"))).toEqual([]);
  expect(filterWords(load("?q=fox&provider=comfyui&state=open,failed"))).toEqual([
    "Status In progress or Failed",
    "Provider ComfyUI",
    "“fox”",
  ]);
  expect(activeCount(load("?provider=comfyui,scenario&temp=cold"))).toBe(3);
});

it("shows no count of a part, but the chips that it speaks for", () => {
  const facets = {
    total: 10_000,
    more: true,
    isPart: true,
    states: { failed: 3 },
    providers: {},
    operations: { txt2img: 7 },
  };
  const groups = filterGroups(load(""), { ...facets, coldClasses: {}, failureModes: {}, sources: {} });
  expect(groups.flatMap(({ chips }) => chips).every(({ count }) => count === null)).toBe(true);
  expect(groups.find(({ key }) => key === "mode")?.chips.map(({ value }) => value)).toEqual(["txt2img"]);
  expect(totalWords(facets)).toBe("More than 10,000 generations");
});

it("counts open generations over their four states", () => {
  expect(openCount({ queued: 1, running: 2, storing: 1, succeeded: 9 })).toBe(4);
});

const NOW = Date.UTC(2026, 10, 25, 22, 10);

it("lists a range from its first whole bucket on, up to what comes, or exactly a fixed time", () => {
  expect(spanOf({ range: "48h", from: null, to: null }, NOW)).toEqual({ fromMs: Date.UTC(2026, 10, 23, 22) });
  expect(spanOf({ range: "48h", from: NOW - 5, to: NOW }, NOW)).toEqual({ fromMs: NOW - 5, toMs: NOW });
  expect(spanOf({ range: "1h", from: NOW, to: null }, NOW)).toEqual(spanOf({ range: "1h", from: null, to: null }, NOW));
});

it("exports with the filters of the view, in the words of the API", () => {
  const filters = load("?state=failed,cancelled&temp=cold&q=a%20fox");
  const query = toQuery("production", filters, { fromMs: NOW, toMs: NOW + 1 });
  const url = new URL(exportHref(query, "-cost", "csv"), "http://x");
  expect(new URL(exportHref(query, "-time", "csv"), "http://x").searchParams.has("sort")).toBe(false);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    environment: "production",
    format: "csv",
    state: "failed,cancelled",
    coldClass: "cold",
    from: "2026-11-25T22:10:00.000Z",
    to: "2026-11-25T22:10:00.001Z",
    search: "a fox",
    sort: "-cost",
  });
});
