import type { Page } from "playwright/test";
import { axeViolations } from "./axe";
import { expect } from "./console-test";
import { test } from "./costs-rows";

const WEEK = "/costs?week=2026-W47&tz=utc";
const cents = (text: string) => Math.round(Number(text.replace(/[^0-9.−-]/g, "").replace("−", "-")) * 100);

test("tiles, table, CSV, JSON and Markdown have the same totals, to the cent", async ({ page, rows: _rows }) => {
  await page.goto(WEEK);
  const tile = page.getByRole("list", { name: "Totals" }).getByRole("listitem").filter({ hasText: "Total" }).first();
  const shown = cents((await tile.locator("[data-value]").textContent()) ?? "");
  const together = page.getByRole("region", { name: "By provider, table" }).getByRole("row").last();
  const [images = "", ...amounts] = await together.getByRole("cell").allTextContents();
  expect(cents(amounts.at(-1) ?? "")).toBe(shown);

  const file = async (format: string) => {
    const answer = await page.request.get(`/api/v1/reviews/2026-W47?format=${format}&environment=sandbox&timeZone=UTC`);
    expect(answer.status()).toBe(200);
    return answer.text();
  };
  const [head = "", ...lines] = (await file("csv")).trim().split("\r\n");
  const column = (name: string) => lines.map((line) => Number(line.split(",")[head.split(",").indexOf(name)]));
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  expect(Math.round(sum(column("total_usd")) * 100)).toBe(shown);
  expect(sum(column("images"))).toBe(Number(images.replace(",", "")));
  expect(Math.round(JSON.parse(await file("json")).costs.summary.costMicros / 10_000)).toBe(shown);
  expect(await file("md")).toContain(`| $${(shown / 100).toFixed(2)} |`);

  // A price of today changes nothing of a week that is over.
  await page.getByRole("figure", { name: "Bridge" }).getByRole("button", { name: "Show data table" }).click();
  await expect(page.getByRole("region", { name: "Bridge, data" }).getByRole("row").last()).toContainText("Actual");
});

test("a week is chosen by name, key and link; one that does not exist is refused in words", async ({
  page,
  rows: _rows,
}) => {
  await page.goto(WEEK);
  await expect(page.getByText("16 Nov – 22 Nov 2026, UTC")).toBeVisible();
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/week=2026-W46/);
  await expect(page.getByText("9 Nov – 15 Nov 2026, UTC")).toBeVisible();
  await page.goBack();
  await expect(page.getByText("16 Nov – 22 Nov 2026, UTC")).toBeVisible();
  const field = page.getByRole("textbox", { name: "Week" });
  await field.fill("2026-W54");
  await field.press("Enter");
  await expect(page.getByText("The week must be one of 2026-W01 to 2026-W53: the year has no other.")).toBeVisible();
  await field.fill("2026-w53");
  await field.press("Enter");
  await expect(page.getByText("28 Dec – 3 Jan 2027, UTC")).toBeVisible();
});

test("the page fits, is accessible in both themes and sizes, and prints on one page", async ({ page, rows: _rows }) => {
  await page.goto(WEEK);
  await expect(page.getByRole("figure", { name: "By day" })).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      expect(await axeViolations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    }
  for (const width of [320, 768, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await overflow(page)).toBe(0);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: false })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
  expect(pdf).toMatch(/\/MediaBox\s*\[0 0 59[45][^ ]* 84[12]/);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  // A4 less its margins, at 96 dots per inch.
  await page.setViewportSize({ width: 718, height: 1032 });
  expect(await overflow(page)).toBe(0);
  expect(await clipped(page)).toEqual([]);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeHidden();
});

const overflow = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));

/** Boxes of the printed week whose content is wider than they are. */
const clipped = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".print-week *")]
      .filter((element) => element instanceof HTMLElement && element.offsetParent !== null)
      .filter(
        (element) => getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1,
      )
      .filter((element) => !element.classList.contains("sr-only"))
      .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 60)}`),
  );
