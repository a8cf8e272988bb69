import type { Page } from "playwright/test";
import { expect, test } from "./console-test";

/** Six items with cold starts on a slow machine. */
const RUN_WITHIN = { timeout: 80_000 };

const item = (page: Page, name: string) => page.locator(`[data-item="${name}"]`);

test("a run can be cancelled, and leaves the rest as it was", async ({ page }) => {
  await page.goto("/playground/checklist");
  await item(page, "rollback").getByRole("button", { name: "Run: Rollback tested" }).click();
  await page.getByRole("button", { name: "Cancel run" }).click();
  await expect(page.getByRole("button", { name: "Run all" })).toBeVisible(RUN_WITHIN);
  await expect(page.getByText("Scenario serves 100% of traffic").filter({ visible: true }).first()).toBeVisible();
});
