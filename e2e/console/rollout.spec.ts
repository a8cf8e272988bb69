import type { Page } from "playwright/test";
import { axeViolations } from "./axe";
import { expect, test } from "./console-test";
import { change, dialogs, historyOf, moveShare, rollbackButton, setShare, statusOf, toast } from "./rollout-steps";

test.afterEach(async ({ page, baseURL }) => setShare(page, baseURL ?? "", 0));

const split = (page: Page) => page.getByRole("region", { name: "Traffic split" });
const apply = (page: Page) => split(page).getByRole("button", { name: "Apply split" });
const history = (page: Page) => page.getByRole("region", { name: "History" });

async function openRollout(page: Page): Promise<void> {
  await page.goto("/rollout");
  await expect(split(page).getByText(/% ComfyUI, .*% Scenario/)).toBeVisible();
}

async function drafts(page: Page, preset: string): Promise<void> {
  await split(page).getByRole("button", { name: preset, exact: true }).click();
  await expect(apply(page)).toBeEnabled();
}

test("a step up past red gates needs the word and a reason; a step down needs neither gate nor word", async ({
  page,
  baseURL,
}) => {
  await setShare(page, baseURL ?? "", 0);
  await openRollout(page);
  await expect(apply(page)).toBeDisabled();
  await drafts(page, "10%");
  await apply(page).click();
  const dialog = page.getByRole("alertdialog", { name: "Send 10% of traffic to ComfyUI" });
  const send = dialog.getByRole("button", { name: "Send 10%" });
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expect(dialog).toContainText("0% ComfyUI, 100% Scenario → 10% ComfyUI, 90% Scenario");
  await expect(dialog).toContainText(/\d of \d gates do not allow this step/);
  await expect(send).toBeDisabled();
  await dialog.getByLabel("Reason").fill("go");
  await expect(dialog).toContainText("Needs at least 8 characters, has 2.");
  await dialog.getByLabel(/^Type override/).fill("override");
  await expect(send).toBeDisabled();
  await dialog.getByLabel("Reason").fill("first tenth of the traffic");
  await dialog.getByLabel(/^Type override/).fill("overrid");
  await expect(send).toBeDisabled();
  await dialog.getByLabel(/^Type override/).fill("override");
  await send.click();
  await expect(dialogs(page)).toHaveCount(0);
  await expect(page.getByText("Scenario serves 90% of traffic").filter({ visible: true }).first()).toBeVisible();
  const [entry] = await historyOf(page);
  expect(entry).toMatchObject({ candidateShareBp: 1_000, reason: "first tenth of the traffic" });
  expect(entry?.details?.overridden?.length).toBeGreaterThan(0);
  await expect(history(page).locator(`[data-revision="${entry?.number}"]`)).toContainText("Overridden: ");
  await expect(page.locator('[data-step="gradual_10"]')).toHaveAttribute("aria-current", "step");

  await split(page).getByLabel("ComfyUI, %").fill("2.5");
  await apply(page).click();
  const down = page.getByRole("alertdialog", { name: "Send 2.5% of traffic to ComfyUI" });
  await expect(down.getByLabel(/^Type override/)).toHaveCount(0);
  await down.getByLabel("Reason").fill("less for the night");
  await down.getByRole("button", { name: "Send 2.5%" }).click();
  await expect(dialogs(page)).toHaveCount(0);
  await expect.poll(async () => (await statusOf(page)).revision.candidateShareBp).toBe(250);
});

test("a share that is none is refused with its rule", async ({ page }) => {
  await openRollout(page);
  for (const text of ["-1", "101", "10.005", "half", ""]) {
    await split(page).getByLabel("ComfyUI, %").fill(text);
    await expect(split(page).getByRole("alert").filter({ hasText: "from 0 to 100, with at most two" })).toBeVisible();
    await expect(apply(page)).toBeDisabled();
  }
});

test("at 10% a thousand keys are split 10% ± 3 points, and every key stays on its side", async ({
  page,
  baseURL,
  playwright,
}) => {
  await setShare(page, baseURL ?? "", 1_000);
  const { key } = await change<{ key: string }>(page, baseURL ?? "", "keys.create", {
    name: "split",
    environment: "sandbox",
    scopes: ["report"],
    expiresAtMs: null,
  });
  const app = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  const providerOf = async (name: string): Promise<string> => {
    const answer = await app.get(`/api/v1/decision?key=${name}`);
    expect(answer.status()).toBe(200);
    return (await answer.json()).provider;
  };
  const candidates = new Set<string>();
  for (let from = 0; from < 1_000; from += 50) {
    const names = Array.from({ length: 50 }, (_, index) => `user-${from + index}`);
    const providers = await Promise.all(names.map(providerOf));
    for (const [index, name] of names.entries()) if (providers[index] === "comfyui") candidates.add(name);
  }
  expect(candidates.size).toBeGreaterThanOrEqual(70);
  expect(candidates.size).toBeLessThanOrEqual(130);
  await moveShare(page, baseURL ?? "", 5_000);
  const after = await Promise.all([...candidates].map(providerOf));
  expect(new Set(after)).toEqual(new Set(["comfyui"]));
  await app.dispose();
});

test("two tabs: a draft on an old state is put away with who changed it, and overwrites nothing", async ({
  page,
  baseURL,
}) => {
  await setShare(page, baseURL ?? "", 0);
  await openRollout(page);
  await drafts(page, "50%");
  await moveShare(page, baseURL ?? "", 2_500);
  await expect(split(page).getByRole("alert").first()).toContainText(/Changed to 25% by mira@example\.com/);
  await expect(split(page).getByLabel("ComfyUI, %")).toHaveValue("25");
  await expect.poll(async () => (await statusOf(page)).revision.candidateShareBp).toBe(2_500);
});

test("two tabs: the stale one that sends anyway is refused with the same words", async ({ page, baseURL, context }) => {
  await setShare(page, baseURL ?? "", 1_000);
  const stale = await context.newPage();
  await openRollout(stale);
  // This tab has not heard of the change yet when it sends: its questions wait until it was answered.
  let asksMayGo = Promise.resolve();
  await stale.route(/rollout\.status/, async (route) => {
    await asksMayGo;
    await route.continue().catch(() => undefined);
  });
  await split(stale).getByRole("button", { name: "0%", exact: true }).click();
  await apply(stale).click();
  const dialog = stale.getByRole("alertdialog");
  await dialog.getByLabel("Reason").fill("back to nothing");
  const answered = stale.waitForResponse(/rollout\.changeShare/);
  asksMayGo = answered.then(() => undefined);
  await moveShare(page, baseURL ?? "", 3_000);
  await dialog.getByRole("button", { name: "Send 0%" }).click();
  await answered;
  await expect(split(stale).getByRole("alert").first()).toContainText(/Changed to 30% by mira@example\.com/);
  await expect(dialogs(stale)).toHaveCount(0);
  await expect.poll(async () => (await statusOf(page)).revision.candidateShareBp).toBe(3_000);
  await stale.close();
});

test("the slider works by keyboard alone and says both shares", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 0);
  await openRollout(page);
  const slider = page.getByRole("slider", { name: "Share of ComfyUI" });
  await slider.focus();
  for (const [key, words] of [
    ["PageUp", "10% ComfyUI, 90% Scenario"],
    ["ArrowRight", "11% ComfyUI, 89% Scenario"],
    ["ArrowDown", "10% ComfyUI, 90% Scenario"],
    ["End", "100% ComfyUI, 0% Scenario"],
    ["PageDown", "90% ComfyUI, 10% Scenario"],
    ["Home", "0% ComfyUI, 100% Scenario"],
    ["PageUp", "10% ComfyUI, 90% Scenario"],
  ] as const) {
    await page.keyboard.press(key);
    await expect(slider).toHaveAttribute("aria-valuetext", words);
  }
  await expect(split(page).getByLabel("ComfyUI, %")).toHaveValue("10");
  await slider.focus();
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press("Tab");
    if (await apply(page).evaluate((element) => element === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(apply(page)).toBeFocused();
});

test("at 390 presets and number stand for the slider, and Apply stays in sight", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 0);
  await page.setViewportSize({ width: 390, height: 844 });
  await openRollout(page);
  await expect(page.getByRole("slider")).toHaveCount(0);
  await drafts(page, "10%");
  await split(page).getByText("Traffic split").scrollIntoViewIfNeeded();
  await expect(apply(page)).toBeInViewport({ ratio: 1 });
  await apply(page).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Reason").fill("from the sofa, a tenth");
  await dialog.getByLabel(/^Type override/).fill("override");
  await dialog.getByRole("button", { name: "Send 10%" }).click();
  await expect(dialogs(page)).toHaveCount(0);
  await rollbackButton(page).click();
  await expect(page.getByRole("banner").getByText("Scenario 100%")).toBeVisible();
});

test("a held rollout lets nothing up", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 1_000);
  await change(page, baseURL ?? "", "rollout.rollBack", { environment: "sandbox" });
  await openRollout(page);
  await expect(page.locator('[data-phase-state="held"]')).toHaveCount(1);
  await split(page).getByRole("button", { name: "10%", exact: true }).click();
  await expect(apply(page)).toBeDisabled();
  await expect(split(page)).toContainText("Held: resume first, with a reason.");
});

test("a node of the track opens its gates, the address keeps it, and a gate leads to its rows", async ({
  page,
  baseURL,
}) => {
  await setShare(page, baseURL ?? "", 1_000);
  await openRollout(page);
  const gates = page.getByRole("region", { name: /^Gates/ });
  await expect(gates).toContainText("To enter 50%");
  await page.getByRole("button", { name: /^100%/ }).first().click();
  await expect(gates).toContainText("To enter 100%");
  await expect(page).toHaveURL(/step=gradual_100/);
  await page.reload();
  await expect(gates).toContainText("To enter 100%");
  await gates.getByRole("link", { name: /behind Success rate/ }).click();
  await expect(page).toHaveURL(/\/generations\?.*provider=comfyui/);
  await expect(page.getByRole("combobox", { name: "Range" })).toContainText(/\d\d:\d\d – /);
});

test("a task of the plan is ticked by a person with a note, and the tick can be taken back", async ({ page }) => {
  await page.goto("/rollout?step=deprecation");
  const task = page.locator('[data-task="week_1_daily"]');
  await task.getByRole("button", { name: /^Tick: / }).click();
  const dialog = dialogs(page);
  await expect(dialog.getByRole("button", { name: "Tick" })).toBeDisabled();
  await dialog.getByLabel(/^Note/).fill("looked at it each morning");
  await dialog.getByRole("button", { name: "Tick" }).click();
  await expect(task).toContainText("looked at it each morning (mira@example.com");
  await expect(task).toHaveAttribute("data-state", "ok");
  await task.getByRole("button", { name: /^Take back: / }).click();
  await dialogs(page).getByLabel(/^Note/).fill("one morning was missed");
  await dialogs(page).getByRole("button", { name: "Take back" }).click();
  await expect(task).toHaveAttribute("data-state", "unknown");
  // What is measured or tested is ticked by nobody's hand.
  await page.goto("/rollout?step=gradual_50");
  await expect(page.locator('[data-task="share_50"]')).toBeVisible();
  await expect(page.locator('[data-task="share_50"]').getByRole("button")).toHaveCount(0);
  await expect(page.locator('[data-task="test_txt2img"]').getByRole("button")).toHaveCount(0);
});

test("the reason that is missing in the history can be added there", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 1_000);
  const { revision } = await change<{ revision: number }>(page, baseURL ?? "", "rollout.rollBack", {
    environment: "sandbox",
  });
  await openRollout(page);
  const row = history(page).locator(`[data-revision="${revision}"]`);
  await expect(row).toContainText("Reason missing");
  await row.getByRole("button", { name: `Add reason to revision ${revision}` }).click();
  await dialogs(page).getByRole("button", { name: "Timeouts" }).click();
  await dialogs(page).getByRole("button", { name: "Save reason" }).click();
  await expect(row).toContainText("Timeouts");
  await expect(row).toContainText(/closed in .*0 leaked/);
});

for (const theme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test(`rollback, rollout and incident break no rule of WCAG 2.2 AA in ${theme} at ${width}`, async ({
      page,
      baseURL,
    }) => {
      test.setTimeout(150_000);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 844 });
      await setShare(page, baseURL ?? "", 1_000);
      await openRollout(page);
      await expect(page.getByRole("region", { name: /^Gates/ })).toBeVisible();
      expect(await axeViolations(page), "rollout").toEqual([]);
      await drafts(page, "50%");
      await apply(page).click();
      await expect(page.getByRole("alertdialog")).toBeVisible();
      expect(await axeViolations(page), "apply dialog").toEqual([]);
      await page.keyboard.press("Escape");
      await page.goto("/");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await rollbackButton(page).click();
      await toast(page).getByRole("button", { name: "Add reason" }).click();
      await expect(toast(page).getByLabel("In your words")).toBeVisible();
      expect(await axeViolations(page), "overview, held, with the toast").toEqual([]);
      await toast(page).getByRole("link", { name: "Open incident" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Rolled back from 10%" })).toBeVisible();
      await expect(page.getByRole("region", { name: "Emergency rollback checklist" })).toBeVisible();
      expect(await axeViolations(page), "incident").toEqual([]);
      await page.goto("/alerts");
      await expect(page.getByRole("link", { name: /Rolled back from 10%/ }).first()).toBeVisible();
      expect(await axeViolations(page), "incidents").toEqual([]);
      await page.goto("/rollout");
      await page.getByRole("button", { name: "Resume" }).click();
      await expect(page.getByRole("alertdialog")).toBeVisible();
      expect(await axeViolations(page), "resume dialog").toEqual([]);
    });
  }
}

test("none of these pages scrolls sideways", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 1_000);
  await change(page, baseURL ?? "", "rollout.rollBack", { environment: "sandbox" });
  const incident = (await statusOf(page)).openIncidents[0]?.id;
  for (const width of [320, 390, 768, 1024, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ["/rollout", "/alerts", `/alerts/${incident}`]) {
      await page.goto(path);
      await expect(page.getByRole("region", { name: "The rollout is held" })).toBeVisible();
      await expect(page.locator(".animate-appear")).toHaveCount(0);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, `${path} at ${width}`).toBe(0);
    }
  }
});
