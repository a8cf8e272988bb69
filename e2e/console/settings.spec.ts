import { axeViolations } from "./axe";
import { expect, test } from "./console-test";

test("a key is shown once, opens the API, and is refused as soon as it is revoked", async ({
  page,
  playwright,
  baseURL,
}) => {
  await page.goto("/settings/keys");
  await page.getByRole("button", { name: "Create key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog.getByText("The name must not be empty.")).toBeVisible();
  await dialog.getByLabel("Name", { exact: true }).fill("ci");
  await dialog.getByRole("button", { name: "Create key" }).click();
  const key = (await dialog.getByRole("status").textContent()) ?? "";
  expect(key).toMatch(/^sy_/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(key)).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("ci", { exact: true })).toBeVisible();
  expect(await page.content()).not.toContain(key);

  const app = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  expect((await app.get("/api/v1/generations")).status()).toBe(200);
  await page.getByRole("button", { name: "Revoke ci" }).click();
  const alert = page.getByRole("alertdialog");
  await expect(alert.getByRole("button", { name: "Cancel" })).toBeFocused();
  await alert.getByRole("button", { name: "Revoke key" }).click();
  await expect(alert).toBeHidden();
  expect((await app.get("/api/v1/generations")).status()).toBe(401);
  await app.dispose();
});

test("providers are shown by variable name, never by value", async ({ page }) => {
  await page.goto("/settings/providers");
  for (const name of ["Scenario", "ComfyUI"]) {
    const card = page.getByRole("region", { name, exact: true });
    await expect(card).toHaveAttribute("data-state", "ok");
    await expect(card).toContainText("Configured");
  }
});

test("the endpoint's minimum is set at RunPod with its price in sight, and taken back", async ({ page }) => {
  await page.goto("/settings/providers");
  const card = page.getByRole("region", { name: "RunPod endpoint" });
  await card.getByRole("button", { name: "Look now" }).click();
  await card.getByRole("button", { name: "Change…" }).click();
  const dialog = page.getByRole("alertdialog");
  const workersMin = dialog.getByLabel("Workers min");
  await workersMin.fill("9");
  await expect(dialog.getByText("Workers min must not be above the maximum: 9 > 3.")).toBeVisible();
  await workersMin.fill("1");
  await expect(dialog.getByText("$26.40 a day, $792.00 a month")).toBeVisible();
  const set = dialog.getByRole("button", { name: "Set at RunPod" });
  await expect(set).toBeDisabled();
  await dialog.getByLabel("Reason").fill("mornings are cold");
  expect(await axeViolations(page)).toEqual([]);
  await set.click();
  await expect(dialog).toBeHidden();

  await expect(card.getByText(/^\$26\.40 a day/)).toBeVisible();
  await card.getByText(/^Changes \(/).click();
  await expect(card.getByText("Workers min 0 → 1")).toBeVisible();
  await card.getByRole("button", { name: "Undo…" }).click();
  await dialog.getByLabel("Reason").fill("quiet enough");
  await dialog.getByRole("button", { name: "Set back at RunPod" }).click();
  await expect(dialog).toBeHidden();
  await expect(card.getByText("Workers min 1 → 0")).toBeVisible();
});

test("hours in which workers are kept are set with their price in sight, and removed", async ({ page }) => {
  await page.goto("/settings/providers");
  const card = page.getByRole("region", { name: "RunPod endpoint" });
  await card.getByRole("button", { name: "Look now" }).click();
  await card.getByRole("button", { name: "Keep hours…" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("To hour").fill("8");
  await expect(dialog.getByText(/^To hour must be another hour than it begins with/)).toBeVisible();
  await dialog.getByLabel("From hour").fill("22");
  await dialog.getByLabel("To hour").fill("6");
  await expect(dialog.getByText(/^1 worker mon to fri 22 h to 6 h the day after/)).toBeVisible();
  await expect(dialog.getByText("$44.00 a week")).toBeVisible();
  await dialog.getByLabel("From hour").fill("8");
  await dialog.getByLabel("To hour").fill("19");
  await expect(dialog.getByText("$60.50 a week")).toBeVisible();
  await dialog.getByLabel("Reason").fill("working hours");
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Keep these hours" }).click();
  await expect(dialog).toBeHidden();
  const hours = card.getByRole("region", { name: "Kept hours" });
  await expect(hours).toContainText("1 worker mon to fri 8–19 h");
  await hours.getByRole("button", { name: "Remove hours…" }).click();
  await dialog.getByLabel("Reason").fill("quiet enough");
  await dialog.getByRole("button", { name: "Remove hours" }).click();
  await expect(hours).toContainText("No hours are kept");
});

test("a price is added from a day on, and what is wrong with one is said beside its field", async ({ page }) => {
  await page.goto("/settings/prices");
  await page.getByRole("button", { name: "Add price" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a price" });
  await dialog.getByLabel("Model").fill("model_spec");
  await dialog.getByLabel("Price", { exact: true }).fill("-0.05");
  await dialog.getByLabel("Source").fill("contract of November");
  await dialog.getByRole("button", { name: "Add price" }).click();
  await expect(dialog.getByText("The price must not be negative.")).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByLabel("Price", { exact: true }).fill("0.0625");
  await dialog.getByLabel("From").fill("2031-01-01");
  await dialog.getByRole("button", { name: "Add price" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("listitem").filter({ hasText: "model_spec" });
  await expect(row).toContainText("$0.0625 per image");
  await expect(row).toContainText("From 2031-01-01 · contract of November");
  await page.getByText(/^Other prices in force \(/).click();
  await expect(page.getByRole("listitem").filter({ hasText: "NVIDIA H200" })).toContainText("$0.00155 per second");
  expect(await axeViolations(page)).toEqual([]);
});

test("the stores are checked step by step, and how long pictures are kept is changed with a reason", async ({
  page,
}) => {
  await page.goto("/settings/storage");
  await page.getByRole("button", { name: "Check now" }).click();
  for (const name of ["Disk", "R2"]) {
    const store = page.getByRole("region", { name, exact: true });
    await expect(store).toHaveAttribute("data-state", "ok");
    await expect(store.getByRole("listitem")).toHaveCount(7);
  }
  await page.getByRole("button", { name: "Change how long…" }).click();
  const dialog = page.getByRole("alertdialog");
  const change = dialog.getByRole("button", { name: "Change it" });
  await dialog.getByLabel("Days").fill("0");
  await expect(dialog.getByText("Days must be a whole number from 1 to 3650, or for good.")).toBeVisible();
  await dialog.getByLabel("Days").fill("3000");
  await expect(change).toBeDisabled();
  await dialog.getByLabel("Reason").fill("the agency's contract");
  expect(await axeViolations(page)).toEqual([]);
  await change.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("3000 days")).toBeVisible();
});
