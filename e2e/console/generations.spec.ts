import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { expirePictures, fillGenerations } from "../support/fill-generations";
import { axeViolations } from "./axe";
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

/** Scrolls to the end, where more is loaded, as often as it takes. */
async function scrollUntilShown(page: Page, wanted: number): Promise<void> {
  const words = page.getByText(/^[\d,]+ generations?, .* shown/);
  await expect
    .poll(
      async () => {
        await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
        const [, shown = ""] = / ([\d,]+) shown/.exec((await words.textContent()) ?? "") ?? [];
        return Number(shown.replaceAll(",", ""));
      },
      // Twenty pages one after the other: as slow as the machine.
      { timeout: 120_000, intervals: [100] },
    )
    .toBeGreaterThanOrEqual(wanted);
}

test.describe("read in another zone", () => {
  test.use({ timezoneId: "America/Los_Angeles" });

  test("every time of the list and of the drawer is in the zone that the address asks for", async ({ page }) => {
    await page.goto("/");
    const id = await makeGeneration(page, { prompt: "a clock tower", provider: "scenario" });
    const times = page.locator("main time, [role=dialog] time").filter({ hasText: /\d\d:\d\d:\d\d/ });
    const areUtc = () =>
      times.evaluateAll((all) =>
        all.map((time) => time.textContent?.includes(time.getAttribute("datetime")?.slice(11, 19) ?? "-") ?? false),
      );
    for (const [query, isUtc] of [
      [`tz=utc&row=${id}`, true],
      [`row=${id}`, false],
    ] as const) {
      await page.goto(`/generations?${query}`);
      await expect(page.getByRole("dialog").getByText("Accepted", { exact: true })).toBeVisible();
      await expect.poll(async () => new Set(await areUtc())).toEqual(new Set([isUtc]));
      expect((await areUtc()).length).toBeGreaterThan(5);
    }
    // The server writes what the browser then finds: another zone there would break the page as it comes to life.
    const fixed = "from=2026-11-01T05:00:00.000Z&to=2026-11-01T06:00:00.000Z";
    await page.goto(`/generations?view=chart&${fixed}`);
    await expect(page.getByRole("figure", { name: "Latency" })).toBeVisible();
    await expect(page.getByRole("combobox", { name: "Range" })).toContainText("31 Oct 22:00:00");
    await page.goto(`/generations?view=chart&range=1h`);
    await expect(page.getByText(/^\d+ generations? over time$/)).toBeVisible();
  });
});

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

test("an address that cannot be shown falls back, and says what it left out", async ({ page }) => {
  await page.goto("/generations?sort=colour&state=open,asleep&from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z");
  const note = page.getByRole("status").filter({ hasText: "Left out of the view" });
  await expect(note).toContainText(
    "state=asleep, sort=colour, from=2026-11-02T00:00:00Z (must be before to), to=2026-11-01T00:00:00Z (must be after from)",
  );
  await expect(page.getByRole("button", { name: /^In progress/ })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("combobox", { name: "Range" })).toContainText("Last 48 h");
  await note.getByRole("button", { name: "Take it out of the address" }).click();
  await expect(note).toBeHidden();
  await expect(page).toHaveURL(/\/generations\?state=open$/);
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
  await expect(page.getByRole("region", { name: "Response" })).toContainText("SHA-256");
  await page.getByRole("link", { name: "Run again" }).click();
  await expect(page.getByLabel("Prompt", { exact: true })).toHaveValue("a lighthouse");
});

test("a picture that storage no longer has leaves its place, with the day", async ({ page, switchyard }) => {
  await page.goto("/");
  const id = await makeGeneration(page, { prompt: "a sand castle", provider: "scenario" });
  await expirePictures(switchyard, id, Date.UTC(2026, 10, 20, 12));
  await page.goto(`/generations?row=${id}`);
  await expect(page.getByRole("dialog")).toContainText(/Image expired in storage, removed 20 Nov/);
  await expect(page.getByRole("img", { name: /^Generated picture/ })).toHaveCount(0);
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
  const sheet = page.getByRole("dialog", { name: "Filters" });
  await sheet.getByRole("button", { name: /^Scenario/ }).click();
  await expect(page).toHaveURL(/provider=scenario/);
  expect(await axeViolations(page)).toEqual([]);
  await sheet.getByRole("button", { name: /^Show \d/ }).click();
  await expect(page.getByRole("button", { name: "Filters (1)" })).toBeVisible();
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

  test("heads sort the whole view, and the address keeps it", async ({ page }) => {
    await page.goto(`/generations?${FULL_SPAN}&provider=comfyui&cols=latency,cost`);
    const head = page.getByRole("columnheader", { name: "Latency" });
    // Cells hold "8.8 s"; the unknown ones a dash.
    const firstLatencies = () =>
      page
        .getByRole("table")
        .locator("tr:has([data-row]) td:nth-child(2)")
        .evaluateAll((cells) => cells.slice(0, 30).map((cell) => Number.parseFloat(cell.textContent ?? "")));
    await head.getByRole("button").click();
    await expect(page).toHaveURL(/sort=-latency/);
    await expect(head).toHaveAttribute("aria-sort", "descending");
    await expect.poll(async () => (await firstLatencies())[0]).toBe(31);
    const slowest = await firstLatencies();
    expect(slowest).toEqual(slowest.toSorted((a, b) => b - a));
    await head.getByRole("button").click();
    await expect(head).toHaveAttribute("aria-sort", "ascending");
    await page.reload();
    await expect(head).toHaveAttribute("aria-sort", "ascending");
    const quickest = await firstLatencies();
    expect(quickest[0]).toBeLessThan(2);
    expect(quickest).toEqual(quickest.toSorted((a, b) => a - b));
  });

  test("the chart counts what the table does, and opens a bucket's rows", async ({ page }) => {
    await page.goto(`/generations?${FULL_SPAN}&state=failed`);
    const total = await countShown(page);
    await page.getByRole("radio", { name: "Chart" }).check();
    await expect(page).toHaveURL(/view=chart/);
    await expect(page.getByText(`${total} generations over time`, { exact: true })).toBeVisible();
    const figure = page.getByRole("figure", { name: "Generations", exact: true });
    await figure.getByRole("button", { name: "Show data table" }).click();
    const all = await figure
      .locator("td[data-series=total]")
      .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent)));
    expect(all.reduce((sum, n) => sum + n, 0)).toBe(total);
    await figure.getByRole("button", { name: "Show chart" }).click();
    expect(await axeViolations(page)).toEqual([]);
    await page.reload();
    await expect(page.getByRole("figure", { name: "Latency" })).toBeVisible();
    // The newest bucket of the table is the last point of the chart.
    const points = figure.getByRole("group");
    await points.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await expect(page).not.toHaveURL(/view=chart/);
    await expect.poll(() => countShown(page)).toBe(all[1]);
  });

  test("a failure leads to those like it in the day before", async ({ page }) => {
    await page.goto(`/generations?${FULL_SPAN}&failure=rate_limited`);
    await page.getByRole("table").locator("[data-row]").first().click();
    const similar = page.getByRole("dialog").getByRole("link", { name: /similar in the 24 h before$/ });
    const count = Number.parseInt((await similar.textContent()) ?? "", 10);
    expect(count).toBeGreaterThan(30);
    await similar.click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect.poll(() => countShown(page)).toBe(count);
  });

  test("a reload and Back keep rows, scroll and the open row", async ({ page }) => {
    await page.goto(`/generations?${FULL_SPAN}&provider=comfyui`);
    await scrollUntilShown(page, 300);
    const rows = page.getByRole("table").locator("[data-row]");
    await page.evaluate(() => window.scrollTo(0, 8_000));
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(8_000);
    await expect(rows.first()).toBeAttached();
    const inSight = await page.evaluate(() =>
      [...document.querySelectorAll("[data-row]")]
        .find((row) => row.getBoundingClientRect().top > 300)
        ?.getAttribute("data-row"),
    );
    await page.reload();
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(8_000);
    const row = page.locator(`[data-row="${inSight}"]`);
    await expect(row).toBeInViewport();

    await row.click();
    const drawer = page.getByRole("dialog");
    await expect(drawer).toContainText(inSight ?? "");
    await drawer.getByRole("button", { name: "Next" }).click();
    await drawer.getByRole("button", { name: "Previous" }).click();
    await expect(page).toHaveURL(new RegExp(`row=${inSight}`));
    await drawer.getByRole("link", { name: "Open as page" }).click();
    await expect(page).toHaveTitle(/^Generation /);
    await page.goBack();
    await expect(drawer).toContainText(inSight ?? "");
    await page.keyboard.press("Escape");
    await expect(row).toBeFocused();
    await expect(row).toBeInViewport();
  });

  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const)
    test(`2,000 rows are few in the page at ${width}`, async ({ page }) => {
      test.setTimeout(180_000);
      await page.setViewportSize({ width, height });
      await page.goto(`/generations?${FULL_SPAN}`);
      expect(await countShown(page)).toBe(IN_SPAN);
      const rows = page.locator("[data-row]").filter({ visible: true });
      await scrollUntilShown(page, 2_000);
      for (const share of [0, 0.5, 1]) {
        await page.evaluate((to) => window.scrollTo(0, to * document.body.scrollHeight), share);
        await expect(rows.first()).toBeVisible();
        await expect.poll(() => page.locator("[data-row]").count()).toBeLessThanOrEqual(80);
      }
      expect(await page.locator("[data-row]").count()).toBeGreaterThan(5);
    });
});
