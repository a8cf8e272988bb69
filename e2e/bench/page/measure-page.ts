import { gzipSync } from "node:zlib";
import { type BrowserContext, chromium, expect, type Page } from "playwright/test";
import { launchOptions } from "../../support/browser";

export interface PageFigures {
  /** Gzip of the scripts that the page's HTML names: what is needed before it answers. */
  firstScriptBytes: number;
  /** Gzip of the scripts that came after the first paint: the charts. */
  laterScriptBytes: number;
  largestPaintMs: number;
  layoutShift: number;
  longestTaskMs: number;
  /** From navigation to the drawn charts. */
  chartsMs: number;
}

// As text: what compiles this file would otherwise call a helper that the page does not have.
/** Watches from before the page's first script; what it finds stands on `window.__seen`. */
const WATCH = `
  window.__seen = { paintMs: 0, shift: 0, taskMs: 0 };
  for (const [type, add] of [
    ["largest-contentful-paint", (entry) => { __seen.paintMs = Math.max(__seen.paintMs, entry.startTime); }],
    ["layout-shift", (entry) => { if (!entry.hadRecentInput) __seen.shift += entry.value; }],
    ["longtask", (entry) => { __seen.taskMs = Math.max(__seen.taskMs, entry.duration); }],
  ])
    new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type, buffered: true });`;

/** Notes when the table's count grows. */
const NOTE_GROWTH = `
  const count = () =>
    [...document.querySelectorAll('figure td[data-series="nScenario"]')].reduce(
      (sum, cell) => sum + (Number(cell.textContent.replaceAll(",", "")) || 0), 0);
  const before = count();
  window.__countedAtMs = 0;
  new MutationObserver(() => {
    if (window.__countedAtMs === 0 && count() > before) window.__countedAtMs = Date.now();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });`;

export async function withBrowser<T>(
  storageState: Awaited<ReturnType<BrowserContext["storageState"]>>,
  work: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  const browser = await chromium.launch(launchOptions());
  try {
    return await work(await browser.newContext({ storageState, viewport: { width: 1440, height: 900 } }));
  } finally {
    await browser.close();
  }
}

/** One load of the page in a fresh tab. */
export async function measureLoad(context: BrowserContext, url: string): Promise<PageFigures> {
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  const scripts = new Map<string, number>();
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    void response
      .body()
      .then((body) => scripts.set(response.url(), gzipSync(body).length))
      .catch(() => undefined);
  });
  const startedAt = performance.now();
  await page.goto(url);
  await charts(page);
  const chartsMs = performance.now() - startedAt;
  await page.waitForLoadState("networkidle");
  const html = await (await context.request.get(url)).text();
  const named = [...html.matchAll(/<script[^>]+src="([^"]+)"/g)].map(([, src]) => new URL(src ?? "", url).href);
  const seen = await page.evaluate<{ paintMs: number; shift: number; taskMs: number }>("window.__seen");
  await page.close();
  const sum = (of: (address: string) => boolean) =>
    [...scripts].filter(([address]) => of(address)).reduce((total, [, size]) => total + size, 0);
  return {
    firstScriptBytes: sum((address) => named.includes(address)),
    laterScriptBytes: sum((address) => !named.includes(address)),
    largestPaintMs: seen.paintMs,
    layoutShift: seen.shift,
    longestTaskMs: seen.taskMs,
    chartsMs,
  };
}

/** All four charts are drawn. */
async function charts(page: Page): Promise<void> {
  for (const name of ["Latency", "Cold starts", "Success rate", "Cost by week"])
    await page.getByRole("figure", { name }).locator("svg.recharts-surface").first().waitFor({ timeout: 60_000 });
}

/**
 * Milliseconds from the moment that a generation had ended, by the database, to the moment that an open page counts it.
 * `make` ends one and resolves with when it ended.
 */
export async function measureArrival(
  context: BrowserContext,
  url: string,
  make: () => Promise<number>,
): Promise<number> {
  const page = await context.newPage();
  await page.goto(url);
  const figure = page.getByRole("figure", { name: "Success rate" });
  await figure.getByRole("button", { name: "Show data table" }).click();
  await figure.locator("table").waitFor();
  await page.evaluate(NOTE_GROWTH);
  const endedAtMs = await make();
  let atMs = 0;
  await expect
    .poll(async () => (atMs = await page.evaluate<number>("window.__countedAtMs")), {
      timeout: 60_000,
      intervals: [50],
    })
    .toBeGreaterThan(0);
  await page.close();
  return atMs - endedAtMs;
}
