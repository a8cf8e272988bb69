import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { fillGenerations } from "../support/fill-generations";
import { expect, makeGeneration, test } from "./console-test";

/** A time of their own for thousands of rows, which no other test looks at. */
const FULL = { count: 5_000, newestMs: Date.UTC(2026, 2, 1), stepMs: 9_000 };
const FULL_SPAN = "from=2026-02-28T12:00:00.000Z&to=2026-03-01T00:00:00.001Z";
const IN_SPAN = 4_801;

/** What the page says of how many there are. */
async function countShown(page: Page): Promise<number> {
  const words = await page.getByText(/^[\d,]+ generations?, .* shown/).textContent();
  return Number(/^[\d,]+/.exec(words ?? "")?.[0].replaceAll(",", ""));
}

test("filters, search and the open row live in the URL and survive a reload", async ({ page }) => {
  await page.goto("/");
  const fox = await makeGeneration(page, { prompt: "a fox by the sea", provider: "scenario" });
  await makeGeneration(page, { prompt: "a heron [fault:missing_model]", provider: "comfyui" });
  await page.goto("/generations");
  const rows = page.getByRole("table").locator("[data-row]");
  await expect(rows).not.toHaveCount(0);

  await page.getByRole("button", { name: /^Failed/ }).click();
  await expect(page).toHaveURL(/state=failed/);
  await expect(page.getByRole("table")).not.toContainText("Succeeded");
  await page.reload();
  await expect(page.getByRole("button", { name: /^Failed/ })).toHaveAttribute("aria-pressed", "true");
  await expect(rows.first()).toBeVisible();
  await expect(page.getByRole("table")).not.toContainText("Succeeded");
  await page.goBack();
  await expect(page.getByRole("table")).toContainText("Succeeded");

  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type(fox.slice(0, 23));
  await expect(page).toHaveURL(/q=/);
  await page.goto("/generations?q=nothing+has+this+prompt&provider=comfyui");
  await expect(page.getByText("No generation in the last 48 h matches these filters: Provider ComfyUI,")).toBeVisible();
  await page.getByRole("button", { name: "Clear all filters" }).click();
  await expect(rows.first()).toBeVisible();
});

test("the drawer works by keyboard alone and gives focus back to its row", async ({ page }) => {
  await page.goto("/");
  await makeGeneration(page, { prompt: "one", provider: "scenario" });
  await makeGeneration(page, { prompt: "two", provider: "comfyui" });
  await page.goto("/generations");
  const rows = page.getByRole("table").locator("[data-row]");
  await expect(rows.nth(1)).toBeVisible();
  const [first, second] = await Promise.all([0, 1].map((index) => rows.nth(index).getAttribute("data-row")));

  await page.keyboard.press("j");
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await expect(drawer).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`row=${first}`));
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`row=${second}`));
  await expect(drawer.getByText(second ?? "", { exact: true }).first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(page).not.toHaveURL(/row=/);
  await expect(page.locator(`[data-row="${second}"]`).first()).toBeFocused();
});

test("a generation shows its timeline, start, decision and cost", async ({ page }) => {
  await page.goto("/");
  const id = await makeGeneration(page, { prompt: "a lighthouse", provider: "comfyui" });
  await page.goto(`/generations/${id}`);
  await expect(page).toHaveTitle(/^Generation .* · Sandbox$/);
  for (const name of ["Timeline", "Start", "Why this provider", "Cost", "Request", "Events"])
    await expect(page.getByRole("region", { name, exact: true })).toBeVisible();
  // On a busy machine a first attempt may time out before it is sent; whichever ran shows its execution.
  await expect(page.getByRole("img", { name: /^Attempt \d on ComfyUI: .*Execution/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Generated picture: a lighthouse/ })).toBeVisible();
  await page.getByRole("link", { name: "Run again" }).click();
  await expect(page.getByLabel("Prompt", { exact: true })).toHaveValue("a lighthouse");
});

test("new rows are counted instead of pushing the table", async ({ page }) => {
  await page.goto("/");
  await makeGeneration(page, { prompt: "before", provider: "scenario" });
  await page.goto("/generations");
  const rows = page.getByRole("table").locator("[data-row]");
  const top = await rows.first().getAttribute("data-row");
  const added = await makeGeneration(page, { prompt: "after", provider: "scenario" });
  const pill = page.getByRole("button", { name: /^\d+ new$/ });
  await expect(pill).toBeVisible();
  expect(await rows.first().getAttribute("data-row")).toBe(top);
  await pill.click();
  await expect(rows.first()).toHaveAttribute("data-row", added);
});

test("on a phone rows are cards and the drawer fills the page", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  const id = await makeGeneration(page, { prompt: "a small boat", provider: "scenario" });
  await page.goto("/generations");
  await expect(page.getByRole("table")).toHaveCount(0);
  // The server renders table and cards, since it does not know the width; one of them is seen.
  await page.locator(`[data-row="${id}"]`).filter({ visible: true }).click();
  await expect.poll(async () => (await page.getByRole("dialog").boundingBox())?.width).toBe(390);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: /^Filters/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Scenario/ })
    .click();
  await expect(page).toHaveURL(/provider=scenario/);
});

test.describe("thousands of rows", () => {
  test.beforeAll(({ switchyard }) => fillGenerations(switchyard, FULL));

  test("the file has exactly the rows of the view", async ({ page }) => {
    await page.goto(`/generations?${FULL_SPAN}&state=failed&provider=comfyui&q=framed`);
    await expect(page.getByText("Paused: fixed range")).toBeVisible();
    const total = await countShown(page);
    expect(total).toBeGreaterThan(20);
    const ids = await page
      .getByRole("table")
      .locator("[data-row]")
      .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-row")));
    expect(ids).toHaveLength(total);
    for (const [name, read] of [
      ["Export CSV", (line: string) => line.slice(0, 36)],
      ["Export NDJSON", (line: string) => JSON.parse(line).id],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name, exact: true }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^generations-sandbox-.*\.(csv|ndjson)$/);
      const text = await readFile(await download.path(), "utf8");
      const lines = text.split(/\r?\n/).slice(name === "Export CSV" ? 1 : 0, -1);
      expect(lines.map(read)).toEqual(ids);
    }
  });

  test("columns and density stand in the address and are remembered", async ({ page }) => {
    await page.goto(`/generations?${FULL_SPAN}`);
    const heads = page.getByRole("columnheader");
    await expect(heads).toHaveText([
      "Time",
      "Status",
      "Provider",
      "Temp",
      "Mode",
      "Latency",
      "Cost",
      "Size",
      "Source",
      "Id",
    ]);
    await page.getByRole("button", { name: "Columns" }).click();
    for (const name of ["Size", "Source", "Mode"]) await page.getByRole("menuitemcheckbox", { name }).click();
    await page.getByRole("menuitemradio", { name: "Compact" }).click();
    await page.keyboard.press("Escape");
    const chosen = ["Time", "Status", "Provider", "Temp", "Latency", "Cost", "Id"];
    await expect(heads).toHaveText(chosen);
    await expect(page).toHaveURL(/cols=status,provider,temp,latency,cost,id&density=compact/);
    await page.goto(`/generations?${FULL_SPAN}`);
    await expect(heads).toHaveText(chosen);
    await expect(page).toHaveURL(/density=compact/);
    await page.goto(`/generations?${FULL_SPAN}&cols=cost`);
    await expect(heads).toHaveText(["Time", "Cost"]);
  });

  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const)
    test(`2,000 rows are few in the page at ${width}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await page.goto(`/generations?${FULL_SPAN}`);
      expect(await countShown(page)).toBe(IN_SPAN);
      const rows = page.locator("[data-row]").filter({ visible: true });
      for (let shown = 200; shown <= 2_000; shown += 100) {
        await page.getByRole("button", { name: "Load more" }).click();
        await expect(page.getByText(`${shown.toLocaleString("en-US")} shown`)).toBeVisible();
      }
      for (const share of [0, 0.5, 1]) {
        await page.evaluate((to) => window.scrollTo(0, to * document.body.scrollHeight), share);
        await expect(rows.first()).toBeVisible();
        await expect.poll(() => page.locator("[data-row]").count()).toBeLessThanOrEqual(80);
      }
      expect(await page.locator("[data-row]").count()).toBeGreaterThan(5);
    });
});
