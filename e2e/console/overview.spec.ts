import type { Locator, Page } from "playwright/test";
import { expect, makeGeneration, test } from "./console-test";

interface Quantiles {
  n: number;
  msP95: number | null;
}
interface Point {
  generations: number;
  succeeded: number;
  failed: number;
  successRate: number | null;
  cold: number;
  coldKnown: number;
  coldShare: number | null;
  latency: Quantiles;
  latencyWarm: Quantiles;
  latencyCold: Quantiles;
}
interface Week {
  costMicros: { scenario: number; comfyui: number };
  baselineMicros: number;
  savingsMicros: number;
}
interface Series {
  bucketMs: number;
  buckets: { startMs: number; scenario: Point | null; comfyui: Point | null }[];
}

const HOUR_MS = 3_600_000;

const POPULATIONS = ["callers", "trials"];

async function ask<Answer>(page: Page, name: string, input: object): Promise<Answer> {
  const answer = await page.request.get(`/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`);
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()).result.data;
}

function seriesOf(page: Page): Promise<Series> {
  const toMs = Date.now();
  const input = { environment: "sandbox", fromMs: toMs - HOUR_MS, toMs, populations: POPULATIONS };
  return ask(page, "metrics.series", input);
}

const figure = (page: Page, name: string): Locator => page.getByRole("figure", { name });
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** The numbers of a column of a chart's table, the oldest first, dashes left out. */
async function columnOf(page: Page, chart: string, key: string): Promise<number[]> {
  const cells = await figure(page, chart).locator(`td[data-series="${key}"]`).allInnerTexts();
  const known = cells.filter((text) => text !== "–").reverse();
  return known.map((text) => Number.parseFloat(text.replaceAll(/[,$]/g, "").replace("−", "-")));
}

/** As ux.md writes a latency: seconds, one decimal below ten. */
const secondsOf = (ms: number) => (Math.round(ms / 100) < 100 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000));

test("every chart's table has the API's numbers, and they grow without a reload", async ({ page }) => {
  await page.goto("/");
  await makeGeneration(page, { prompt: "one", provider: "scenario" });
  await makeGeneration(page, { prompt: "two", provider: "comfyui" });
  await page.goto("/?range=1h");
  for (const name of ["Latency", "Cold starts", "Success rate", "Cost by week"])
    await figure(page, name).getByRole("button", { name: "Show data table" }).click();

  const agree = async () => {
    const { buckets } = await seriesOf(page);
    const { weeks } = await ask<{ weeks: Week[] }>(page, "metrics.costByWeek", {
      environment: "sandbox",
      populations: POPULATIONS,
      weeks: 6,
    });
    // Bucket by bucket, those that have a number.
    const known = (pick: (point: Point) => number | null, provider: "scenario" | "comfyui") =>
      buckets.flatMap((bucket) => (bucket[provider] ? (pick(bucket[provider]) ?? []) : []));
    const latencies = (provider: "scenario" | "comfyui", of: "latency" | "latencyWarm" | "latencyCold") =>
      known((point) => point[of].msP95, provider).map(secondsOf);
    expect(await columnOf(page, "Latency", "scenario")).toEqual(latencies("scenario", "latency"));
    expect(await columnOf(page, "Latency", "warm")).toEqual(latencies("comfyui", "latencyWarm"));
    expect(await columnOf(page, "Latency", "cold")).toEqual(latencies("comfyui", "latencyCold"));
    const ended = ({ succeeded, failed }: Point) => succeeded + failed;
    expect(await columnOf(page, "Success rate", "nScenario")).toEqual(known(ended, "scenario"));
    expect(await columnOf(page, "Success rate", "nComfyui")).toEqual(known(ended, "comfyui"));
    // As they are shown, rounded.
    const areShown = async (chart: string, key: string, exact: number[], within: number) => {
      const shown = await columnOf(page, chart, key);
      expect(shown).toHaveLength(exact.length);
      for (const [index, value] of exact.entries()) expect(Math.abs(value - (shown[index] ?? -1))).toBeLessThan(within);
    };
    for (const provider of ["scenario", "comfyui"] as const) {
      const rates = known((point) => point.successRate, provider).map((rate) => rate * 100);
      await areShown("Success rate", provider, rates, 0.06);
      await areShown(
        "Cost by week",
        provider,
        weeks.map((week) => week.costMicros[provider] / 1e6),
        0.006,
      );
    }
    const shares = known((point) => point.coldShare, "comfyui").map((share) => share * 100);
    await areShown("Cold starts", "share", shares, 0.06);
    await areShown(
      "Cost by week",
      "baseline",
      weeks.map((week) => week.baselineMicros / 1e6),
      0.006,
    );
    await areShown(
      "Cost by week",
      "savings",
      weeks.map((week) => week.savingsMicros / 1e6),
      0.006,
    );
    const of = (pick: (point: Point) => number, provider: "scenario" | "comfyui") =>
      sum(buckets.map((bucket) => (bucket[provider] ? pick(bucket[provider]) : 0)));
    expect(sum(await columnOf(page, "Latency", "nScenario"))).toBe(of((point) => point.latency.n, "scenario"));
    expect(sum(await columnOf(page, "Cold starts", "known"))).toBe(of((point) => point.coldKnown, "comfyui"));
    expect(sum(await columnOf(page, "Cold starts", "cold"))).toBe(of((point) => point.cold, "comfyui"));
    return of((point) => point.generations, "scenario");
  };
  await expect(agree).toPass();
  const before = await agree();
  await makeGeneration(page, { prompt: "three", provider: "scenario" });
  await expect(async () => expect(await agree()).toBe(before + 1)).toPass();
  await expect(page.getByRole("region", { name: "Expected against measured" })).toContainText("expected 3.0");
  // What is counted is said, and the rows behind a number are these.
  await expect(
    page.getByText(/^Counted: callers' generations, trials \(playground, batch\); left out: checklist runs,/),
  ).toBeVisible();
  await page.getByRole("list", { name: "Targets" }).getByRole("link", { name: "Success rate" }).click();
  await expect(page).toHaveURL(/\/generations\?state=failed&from=.*&source=api,cli,playground,batch$/);
});

test("the arrow keys walk a chart's points, and Enter opens the generations behind one", async ({ page }) => {
  await page.goto("/");
  await makeGeneration(page, { prompt: "a point", provider: "comfyui" });
  await page.goto("/?range=1h");
  const chart = figure(page, "Cold starts");
  await chart.getByRole("group").focus();
  await page.keyboard.press("End");
  await expect(chart.getByRole("status")).toContainText("Cold starts");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/generations\?.*provider=comfyui&temp=cold/);
  const url = new URL(page.url());
  const [from, to] = ["from", "to"].map((key) => Date.parse(url.searchParams.get(key) ?? ""));
  expect((to ?? 0) - (from ?? 0)).toBe(60_000);
});

test("the time shown is in the address: keys move it, a fixed range stands still, broken values fall back", async ({
  page,
}) => {
  await page.goto("/?range=sometimes&p=12&from=then");
  await expect(page.getByRole("combobox", { name: "Range" })).toContainText("Last 48 h");
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/from=.*&to=/);
  await expect(page.getByText("Paused: fixed range")).toBeVisible();
  const moved = page.url();
  await page.reload();
  await expect(page.getByText("Paused: fixed range")).toBeVisible();
  expect(page.url()).toBe(moved);
  await page.keyboard.press("-");
  await expect(page).not.toHaveURL(moved);
  await page.goBack();
  await expect(page).toHaveURL(moved);
  await page.getByRole("button", { name: "View" }).click();
  await page.getByLabel("From", { exact: true }).fill("now-6h");
  await page.getByLabel("To", { exact: true }).fill("soon");
  await page.getByRole("button", { name: "Show this time" }).click();
  await expect(page.getByText("Enter a time such as 2026-11-25T10:00Z, now or now-6h.")).toBeVisible();
  await page.getByLabel("To", { exact: true }).fill("now");
  await page.getByRole("button", { name: "Show this time" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("combobox", { name: "Range" }).click();
  await page.getByRole("option", { name: "Last 24 h" }).click();
  await expect(page).toHaveURL(/range=24h/);
  await expect(page).not.toHaveURL(/from=/);
});

test("sample traffic starts with one press, shows how far it is, and stops", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Send sample traffic" }).click();
  await expect(page.getByText(/^Sample traffic: [1-9]\d* of about 300 sent/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Sample traffic:")).toBeHidden();
  // What it sent is applications' traffic: the tiles show it.
  const listed = await page.request.get(
    `/api/trpc/generations.list?input=${encodeURIComponent(JSON.stringify({ filter: { environment: "sandbox", sources: ["api"] } }))}`,
  );
  expect((await listed.json()).result.data.rows.length).toBeGreaterThan(0);
});
