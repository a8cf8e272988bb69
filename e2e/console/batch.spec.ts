import { readFile } from "node:fs/promises";
import { axeViolations } from "./axe";
import { expect, test } from "./console-test";

/** A handful of pictures, cold starts included, on a slow machine. */
const MADE_WITHIN = { timeout: 80_000 };

test("a list of prompts is made on both, compared blind by keys, and stops at its cap", async ({ page }) => {
  test.setTimeout(150_000);
  await page.goto("/playground");
  await page.getByRole("link", { name: "Batch" }).click();
  await page.getByLabel("Prompts, one a line").fill("# ours\na red fox in snow\na grey stone");
  await expect(page.getByText(/^Est\. \$0\.\d+ for 4 pictures\./)).toBeVisible();
  await page.getByLabel("Cap, in dollars").fill("two");
  await expect(page.getByRole("button", { name: "Run on both" })).toBeDisabled();
  await page.getByLabel("Cap, in dollars").fill("2.00");
  await page.getByText("512 × 512").click();
  await page.getByRole("button", { name: "Run on both" }).click();

  const sheet = page.getByRole("tabpanel", { name: "Contact sheet" });
  await expect(sheet.getByRole("img")).toHaveCount(4, MADE_WITHIN);
  await expect(page.getByText(/^4 of 4 pictures made for \$0\.\d+, done$/)).toBeVisible(MADE_WITHIN);
  const exported = async (name: string) => {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name }).click();
    return readFile(await (await download).path(), "utf8");
  };
  expect((await exported("CSV")).trim().split("\r\n")).toHaveLength(5);
  expect((await exported("Export sheet")).match(/<img [^>]*src="data:image/g)).toHaveLength(4);
  expect(await axeViolations(page)).toEqual([]);

  await page.getByRole("tab", { name: "Blind comparison" }).click();
  const pair = page.locator("[data-blind]");
  await expect(pair).toHaveAttribute("data-blind", "1");
  await expect(pair).not.toContainText(/Scenario|ComfyUI/);
  await page.keyboard.press("1");
  await expect(pair).toHaveAttribute("data-blind", "2");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await axeViolations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await pair.getByRole("button", { name: "No difference" }).click();
  await expect(page.getByText("You have compared all 2 pairs.")).toBeVisible();
  await page.getByText("Result so far, votes: 2, people: 1").click();
  await expect(page.getByText(/of all pairs \(95%/)).toBeVisible();

  await page.getByLabel("Prompts, one a line").fill("a tree\na house");
  await page.getByLabel("Cap, in dollars").fill("0.0001");
  await expect(page.getByText(/It will stop before the end/)).toBeVisible();
  await page.getByRole("button", { name: "Run on both" }).click();
  const capped =
    /^Stopped before the call that could have gone over the cap of \$0\.0001: 0 of 4 pictures made for \$0\.00, 4 not asked for, stopped/;
  await expect(page.getByText(capped)).toBeVisible();
});
