import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { axeViolations } from "./axe";
import { expect, test } from "./console-test";

/** Six items with cold starts on a slow machine. */
const RUN_WITHIN = { timeout: 80_000 };

const item = (page: Page, name: string) => page.locator(`[data-item="${name}"]`);

test("the six items run, show their evidence, and open the gate", async ({ page }) => {
  test.setTimeout(150_000);
  await page.goto("/playground");
  await page.getByRole("link", { name: "Testing checklist" }).click();
  await expect(page.getByRole("heading", { name: "0 of 6 passed" })).toBeVisible();

  await item(page, "r2_upload")
    .getByRole("button", { name: /^Pass by hand/ })
    .click();
  const dialog = page.getByRole("dialog", { name: "Pass by hand" });
  await dialog.getByLabel("Note: what was tried and seen").fill("short");
  await expect(dialog.getByRole("button", { name: "Pass by hand" })).toBeDisabled();
  await dialog.getByLabel("Note: what was tried and seen").fill("uploaded by the owner of the bucket");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "1 of 6 passed" })).toBeVisible();
  await expect(item(page, "r2_upload")).toContainText("By hand");

  await page.getByRole("button", { name: "Run all" }).click();
  await expect(item(page, "txt2img")).toHaveAttribute("data-state", /running|passed/, RUN_WITHIN);
  await expect(page.getByRole("heading", { name: "6 of 6 passed" })).toBeVisible(RUN_WITHIN);
  await expect(page.getByRole("button", { name: "Run all" })).toBeVisible(RUN_WITHIN);

  await item(page, "txt2img")
    .getByText(/^Evidence/)
    .click();
  const picture = item(page, "txt2img").getByRole("img", { name: "Result of read back and decoded" });
  await expect
    .poll(() => picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)))
    .toBe(768);
  await item(page, "error_handling")
    .getByText(/^Evidence/)
    .focus();
  await page.keyboard.press("Enter");
  await expect(item(page, "error_handling")).toContainText("Model not found. Verify that the worker image");
  expect(await axeViolations(page)).toEqual([]);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export JSON" }).click();
  const evidence: { headline: string; items: { evidenceSha256: string }[] } = JSON.parse(
    await readFile(await (await download).path(), "utf8"),
  );
  expect(evidence.headline).toBe("6 of 6 passed");
  for (const { evidenceSha256 } of evidence.items) await expect(page.locator("main")).toContainText(evidenceSha256);

  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await axeViolations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/rollout?step=canary");
  await expect(page.locator('[data-gate="checklist_passed"]')).toHaveAttribute("data-state", "ok");
});

test("a run can be cancelled, and leaves the rest as it was", async ({ page }) => {
  await page.goto("/playground/checklist");
  await item(page, "rollback").getByRole("button", { name: "Run: Rollback tested" }).click();
  await page.getByRole("button", { name: "Cancel run" }).click();
  await expect(page.getByRole("button", { name: "Run all" })).toBeVisible(RUN_WITHIN);
  await expect(page.getByText("Scenario serves 100% of traffic").filter({ visible: true }).first()).toBeVisible();
});
