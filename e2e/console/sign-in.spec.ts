import { test as base, expect } from "playwright/test";
import { collectConsoleFaults } from "../support/console-faults";
import { type RunningSwitchyard, startSwitchyard } from "../support/switchyard";
import { ADMIN } from "./console-test";

/** The link works once, so every test here has an installation of its own. */
const test = base.extend<{ fresh: RunningSwitchyard }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from this pattern
  fresh: async ({}, use) => {
    const switchyard = await startSwitchyard();
    await use(switchyard);
    await switchyard.stop();
  },
});

test("the link of the start makes the first administrator, who can leave and come back", async ({ page, fresh }) => {
  const faults = collectConsoleFaults(page);
  await page.goto(fresh.setupUrl ?? "");
  await page.getByLabel("Name").fill(ADMIN.name);
  await page.getByLabel("E-mail address").fill(ADMIN.email);
  await page.getByLabel("Password").fill("too short");
  await page.getByRole("button", { name: "Create administrator" }).click();
  await expect(page.getByText("this one has 9")).toBeVisible();
  await expect(page.getByLabel("Password")).toBeFocused();
  await expect(page.getByLabel("E-mail address")).toHaveValue(ADMIN.email);

  await page.getByLabel("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Scenario serves 100% of traffic" })).toBeVisible();
  await expect(page).toHaveTitle("Overview · Sandbox");

  await page
    .getByRole("button", { name: /^Account and theme/ })
    .filter({ visible: true })
    .click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  expect(faults).toEqual([]);

  await page.getByLabel("E-mail address").fill(ADMIN.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("E-mail address or password is wrong.")).toBeVisible();
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Scenario serves 100% of traffic" })).toBeVisible();
  // The browser itself reports the refused sign-in; there is nothing else to report.
  expect(faults.filter((fault) => !fault.includes("401"))).toEqual([]);
});

test("nobody sees a page without signing in, and a used link leads nowhere", async ({ page, fresh }) => {
  await page.goto(`${fresh.url}/generations`);
  await expect(page.getByRole("heading", { level: 1, name: "No administrator yet" })).toBeVisible();
  const token = new URL(fresh.setupUrl ?? "").searchParams.get("token");
  const made = await page.request.post(`${fresh.url}/api/auth/setup`, {
    data: { token, ...ADMIN },
    headers: { origin: fresh.url },
  });
  expect(made.status()).toBe(200);
  await page.context().clearCookies();
  await page.goto(fresh.setupUrl ?? "");
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
});
