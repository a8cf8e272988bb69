import type { Page } from "playwright/test";
import { axeViolations } from "./axe";
import { expect, makeGeneration, test } from "./console-test";

const PAGES = [
  { path: "/", title: "Overview · Sandbox" },
  { path: "/rollout", title: "Rollout · Sandbox" },
  { path: "/alerts", title: "Incidents · Sandbox" },
  { path: "/playground", title: "Playground · Sandbox" },
  { path: "/playground/checklist", title: "Testing checklist · Sandbox" },
  { path: "/playground/batch", title: "Batch · Sandbox" },
  { path: "/generations", title: "Generations · Sandbox" },
  { path: "/costs", title: "Costs · Sandbox" },
  { path: "/settings/keys", title: "API keys · Sandbox" },
  { path: "/settings/providers", title: "Providers · Sandbox" },
  { path: "/settings/prices", title: "Prices · Sandbox" },
  { path: "/settings/notifications", title: "Notifications · Sandbox" },
  { path: "/settings/storage", title: "Storage · Sandbox" },
];

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await page.evaluate(() => document.fonts.ready);
  // Skeletons are hidden from readers, so axe would pass an empty page: wait until the data is there.
  await expect(page.locator(".animate-appear")).toHaveCount(0);
}

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
});

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test(`no page breaks WCAG 2.2 AA in ${theme} at ${width}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme });
      await page.goto("/");
      const id = await makeGeneration(page, { prompt: "a kite [fault:out_of_memory]", provider: "comfyui" });
      for (const { path, title } of PAGES) {
        await page.goto(path);
        await settled(page);
        await expect(page).toHaveTitle(title);
        expect(await axeViolations(page), path).toEqual([]);
      }
      await page.goto(`/generations?row=${id}`);
      await expect(page.getByRole("region", { name: "Failure: Out of memory" })).toBeVisible();
      expect(await axeViolations(page), "drawer").toEqual([]);
    });
  }
}

test("dialogs and menus break nothing either", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("dialog", { name: "Command palette" })).toBeVisible();
  expect(await axeViolations(page), "palette").toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  expect(await axeViolations(page), "shortcuts").toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page
    .getByRole("button", { name: /^Account and theme/ })
    .filter({ visible: true })
    .click();
  await expect(page.getByRole("menu")).toBeVisible();
  expect(await axeViolations(page), "menu").toEqual([]);
});

test("no page scrolls sideways", async ({ page }) => {
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  for (const { path } of PAGES) {
    await page.goto(path);
    await settled(page);
    for (const width of [1440, 1024, 768, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      await expect.poll(over, `${path} at ${width}`).toBe(0);
    }
  }
});

/** Notes every shift that nobody caused: how much of the screen, and what moved from where to where. */
const WATCH_SHIFTS = `
  window.__shifts = [];
  const where = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources } of list.getEntries())
      if (!hadRecentInput) window.__shifts.push({ value, moved: sources.map(({ node, previousRect, currentRect }) =>
        (node?.textContent ?? "").slice(0, 40) + ": " + where(previousRect) + " to " + where(currentRect)) });
  }).observe({ type: "layout-shift", buffered: true });`;

test("what arrives later moves nothing that is there", async ({ page }) => {
  await page.goto("/");
  await makeGeneration(page, { prompt: "a still life", provider: "comfyui" });
  await page.addInitScript(WATCH_SHIFTS);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ["/", "/costs", "/generations", "/rollout"]) {
      await page.goto(path);
      await settled(page);
      await page.waitForLoadState("networkidle");
      const shifts = await page.evaluate<{ value: number; moved: string[] }[]>("window.__shifts");
      expect(
        shifts.reduce((sum, { value }) => sum + value, 0),
        `${path} at ${width}: ${JSON.stringify(shifts)}`,
      ).toBeLessThan(0.05);
    }
  }
});

test("the palette opens pages and generations, g goes to them", async ({ page }) => {
  await page.goto("/");
  const id = await makeGeneration(page, { prompt: "a bell", provider: "scenario" });
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox").fill("playg");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/playground$/);
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox").fill(id);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/generations/${id}`));
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await expect(page).toHaveTitle("Overview · Sandbox");
  // Inside a field the keys are text.
  await page.goto("/playground");
  await page.getByLabel("Prompt", { exact: true }).fill("");
  await page.keyboard.type("go?");
  await expect(page.getByLabel("Prompt", { exact: true })).toHaveValue("go?");
  await expect(page).toHaveURL(/\/playground$/);
});

test("the chosen theme is there from the first byte after a reload", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  await page
    .getByRole("button", { name: /^Account and theme/ })
    .filter({ visible: true })
    .click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const html = await (await page.request.get("/")).text();
  expect(html).toContain('data-theme="dark"');
  await page.reload();
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(background).toBe("rgb(13, 16, 21)");
});

test("nothing moves for people who asked for stillness", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  const running = await page.evaluate(
    () => document.getAnimations().filter(({ playState }) => playState === "running").length,
  );
  expect(running).toBe(0);
});
