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
