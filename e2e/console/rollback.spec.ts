import type { Page } from "playwright/test";
import { expect, test } from "./console-test";
import { auditOf, change, dialogs, historyOf, rollbackButton, setShare, statusOf, toast } from "./rollout-steps";

test.afterEach(async ({ page, baseURL }) => setShare(page, baseURL ?? "", 0));

/** The page's scripts run: only then does it ask again who serves, and take keys. */
async function awake(page: Page): Promise<void> {
  await page.waitForResponse(/rollout\.status/);
}

for (const [shareBp, headline, shares] of [
  [0, "Scenario serves 100% of traffic", ["100%", "0%"]],
  [1_000, "Scenario serves 90% of traffic", ["90%", "10%"]],
  [6_250, "ComfyUI serves 62.5% of traffic", ["37.5%", "62.5%"]],
  [10_000, "ComfyUI serves 100% of traffic", ["0%", "100%"]],
] as const) {
  test(`at ${shareBp / 100}% headline and shares are the API's`, async ({ page, baseURL }) => {
    await setShare(page, baseURL ?? "", shareBp);
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(headline);
    const card = page.getByRole("region", { name: "Who serves traffic" });
    const shown = await card.getByText(/^[\d.]+%$/).allTextContents();
    expect(shown).toEqual(shares);
    expect(shown.reduce((sum, text) => sum + Number.parseFloat(text), 0)).toBe(100);
    await expect.poll(async () => (await statusOf(page)).revision.candidateShareBp).toBe(shareBp);
  });
}

for (const { path, width } of [
  { path: "/", width: 1440 },
  { path: "/settings/keys", width: 1024 },
  { path: "/generations", width: 390 },
]) {
  test(`one click on ${path} at ${width} changes once, asks nothing, and opens an incident`, async ({
    page,
    baseURL,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await setShare(page, baseURL ?? "", 2_500);
    await page.goto(path);
    const before = await statusOf(page);
    const [lastAudit] = await auditOf(page);
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().includes("rollout.")) sent.push(request.url());
    });
    await rollbackButton(page).dblclick();
    await expect(page.getByRole("status").filter({ hasText: "Scenario serves 100% of traffic" })).toHaveCount(1);
    await expect(toast(page)).toBeVisible();
    await expect(dialogs(page)).toHaveCount(0);
    await expect(page.getByRole("region", { name: "The rollout is held" })).toBeVisible();
    expect(sent).toHaveLength(1);

    const after = await statusOf(page);
    expect(after.revision).toMatchObject({
      number: before.revision.number + 1,
      candidateShareBp: 0,
      held: true,
      source: "console",
    });
    expect(after.openIncidents[0]).toMatchObject({ revision: after.revision.number });
    const audit = (await auditOf(page)).filter(({ seq }) => seq > (lastAudit?.seq ?? 0));
    expect(audit.map(({ action }) => action)).toEqual(["rollout.rolled_back"]);
  });
}

test("undo restores the split as a new revision", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 4_000);
  await page.goto("/");
  await rollbackButton(page).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Scenario serves 100% of traffic");
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Scenario serves 60% of traffic");
  await expect(page.getByRole("region", { name: "The rollout is held" })).toHaveCount(0);
  const [undo, rollback] = await historyOf(page);
  expect(undo).toMatchObject({ candidateShareBp: 4_000, details: { kind: "undo", of: rollback?.number } });
});

test("the toast stays, tells how it went, and takes the reason later", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 1_000);
  await page.goto("/settings/keys");
  await rollbackButton(page).click();
  await expect(toast(page)).toContainText(/by mira@example\.com in the console/);
  await expect(toast(page)).toContainText(/closed in .*; none in flight; 0 leaked/);
  await toast(page).getByRole("button", { name: "Add reason" }).click();
  await toast(page).getByRole("button", { name: "Drill" }).click();
  await toast(page).getByLabel("In your words").fill("the weekly one");
  await toast(page).getByRole("button", { name: "Save reason" }).click();
  await expect(toast(page)).toContainText("Reason: Drill: the weekly one");
  await page.getByRole("link", { name: "Rollout" }).filter({ visible: true }).click();
  await expect(toast(page)).toBeVisible();
  await expect(page.getByRole("region", { name: "The rollout is held" })).toContainText("Drill: the weekly one");
  expect((await historyOf(page))[0]?.reason).toBe("Drill: the weekly one");
  await toast(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(toast(page)).toHaveCount(0);
});

test("another tab shows the rollback by itself, and its press finds nothing to do", async ({
  page,
  baseURL,
  context,
}) => {
  await setShare(page, baseURL ?? "", 1_000);
  const other = await context.newPage();
  await other.goto("/settings/keys");
  await expect(rollbackButton(other)).not.toHaveAttribute("aria-disabled");
  await change(page, baseURL ?? "", "rollout.rollBack", { environment: "sandbox" });
  await expect(other.getByRole("region", { name: "The rollout is held" })).toBeVisible();
  await expect(toast(other)).toContainText("by mira@example.com in the console");
  await expect(rollbackButton(other)).toHaveAttribute("aria-disabled", "true");
  await other.close();
});

test("exactly one button can be seen on every page at any width, in reach and large enough", async ({
  page,
  baseURL,
}) => {
  await setShare(page, baseURL ?? "", 1_000);
  for (const path of ["/", "/rollout", "/playground", "/generations", "/alerts", "/settings/keys"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    for (const width of [390, 767, 768, 1024, 1440]) {
      await page.setViewportSize({ width, height: 844 });
      await expect(rollbackButton(page), `${path} at ${width}`).toHaveCount(1);
      const box = await rollbackButton(page).boundingBox();
      expect(box === null ? 9_999 : box.y + box.height, `${path} at ${width}`).toBeLessThanOrEqual(844);
      if (width < 768) {
        expect(box?.width).toBeGreaterThanOrEqual(44);
        expect(box?.height).toBeGreaterThanOrEqual(44);
      }
    }
  }
  // It stays in reach however far one has scrolled.
  await page.setViewportSize({ width: 390, height: 500 });
  await page.goto("/rollout");
  await expect(page.getByRole("region", { name: "History" })).toBeVisible();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await expect(rollbackButton(page)).toBeInViewport();
});

test("where there is nothing to take back the button says so and does nothing", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 0);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto("/playground");
    const button = rollbackButton(page);
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(button).toHaveAccessibleDescription("Scenario already serves all traffic");
    await expect(page.getByText("Scenario already serves all traffic").filter({ visible: true })).toBeInViewport();
    const before = (await statusOf(page)).revision.number;
    await button.click({ force: true });
    await expect(button).toBeFocused();
    expect((await statusOf(page)).revision.number).toBe(before);
  }
});

test("a rollback that fails says so, keeps the old state, and can be tried again", async ({
  page,
  baseURL,
  consoleFaults,
}) => {
  await setShare(page, baseURL ?? "", 3_000);
  await page.goto("/");
  await page.route(/rollout\.rollBack/, (route) => route.abort("connectionfailed"));
  await rollbackButton(page).click();
  const alert = page.getByRole("alert").filter({ hasText: "The rollback did not take" });
  await expect(alert).toBeVisible();
  await expect(alert).toContainText("IMAGE_GENERATION_PROVIDER=scenario");
  await expect(alert).toContainText("npm run -s switchyard -- rollback");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Scenario serves 70% of traffic");
  expect(consoleFaults.splice(0).join("\n")).toContain("rollout.rollBack");
  await page.unroute(/rollout\.rollBack/);
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Scenario serves 100% of traffic");
  await expect(alert).toHaveCount(0);
});

test("with the keyboard alone: first action of the palette, or the button itself", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 1_000);
  await page.goto("/settings/keys");
  await awake(page);
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("option").first()).toHaveText("Roll back to Scenario");
  await page.keyboard.press("Enter");
  await expect(toast(page)).toBeVisible();
  await setShare(page, baseURL ?? "", 1_000);
  await expect(rollbackButton(page)).not.toHaveAttribute("aria-disabled");
  await page.reload();
  await awake(page);
  const button = rollbackButton(page);
  await expect(button).not.toHaveAttribute("aria-disabled");
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if (await button.evaluate((element) => element === document.activeElement)) break;
  }
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Scenario serves 100% of traffic").filter({ visible: true }).first()).toBeVisible();
  // A toast covers nothing: single keys still act.
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page).toHaveURL(/\/rollout$/);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(page).toHaveURL(/\/alerts$/);
});

test("the held state is left by a person with a reason of at least 8 characters", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 1_000);
  await change(page, baseURL ?? "", "rollout.rollBack", { environment: "sandbox" });
  await page.goto("/generations");
  await page.getByRole("button", { name: "Resume" }).click();
  const alert = page.getByRole("alertdialog");
  await expect(alert.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expect(alert.getByRole("button", { name: "Resume" })).toBeDisabled();
  await alert.getByLabel("Reason").fill("go on");
  await expect(alert).toContainText("Needs at least 8 characters, has 5.");
  await expect(alert.getByRole("button", { name: "Resume" })).toBeDisabled();
  await alert.getByLabel("Reason").fill("the model is back");
  await alert.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("region", { name: "The rollout is held" })).toHaveCount(0);
  await expect.poll(async () => (await statusOf(page)).revision).toMatchObject({ held: false, candidateShareBp: 0 });
});

test("a check that fails turns amber with its cause, and blocks the step up but not the way back", async ({
  page,
  baseURL,
  switchyard,
}) => {
  test.setTimeout(180_000);
  await setShare(page, baseURL ?? "", 1_000);
  const control = switchyard.sandboxControlUrl ?? "";
  const body = JSON.stringify({ fault: "unauthorized", provider: "scenario" });
  const { ids } = await (await fetch(`${control}/faults`, { method: "POST", body })).json();
  try {
    await page.goto("/settings/keys");
    const line = page.getByText(/^Check failing since \d\d:\d\d: Scenario: (?!Scenario)/).filter({ visible: true });
    await expect(line).toBeVisible({ timeout: 60_000 });
    await expect(line).toHaveAttribute("data-state", "watch");
    const seenRevision = (await statusOf(page)).revision.number;
    const refused = await page.request.post("/api/trpc/rollout.changeShare", {
      headers: { origin: baseURL ?? "" },
      data: { environment: "sandbox", shareBp: 5_000, reason: "half of the traffic", seenRevision, override: true },
    });
    expect(refused.status()).toBe(409);
    expect(await refused.text()).toContain("the way back is not ready");
    await rollbackButton(page).click();
    await expect(toast(page)).toBeVisible();
    await expect.poll(async () => (await statusOf(page)).revision.candidateShareBp).toBe(0);
  } finally {
    await fetch(`${control}/faults?id=${ids[0]}`, { method: "DELETE" });
  }
  await expect(page.getByText(/^Ready, Scenario checked/).filter({ visible: true })).toBeVisible({ timeout: 60_000 });
});
