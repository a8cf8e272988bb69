import type { Page } from "playwright/test";
import { expect, stateOf, test } from "./console-test";
import { change, historyOf, setShare, statusOf } from "./rollout-steps";

test.afterEach(async ({ page, baseURL }) => setShare(page, baseURL ?? "", 0));

/** Rolls back and gives the incident's address. */
async function rollBack(page: Page, baseURL: string): Promise<string> {
  await change(page, baseURL, "rollout.rollBack", { environment: "sandbox" });
  const [incident] = (await statusOf(page)).openIncidents;
  expect(incident).toBeDefined();
  return `/alerts/${incident?.id}`;
}

test("the checklist ticks itself, a person writes the root cause, and the incident is resolved", async ({
  page,
  baseURL,
}) => {
  test.setTimeout(120_000);
  await setShare(page, baseURL ?? "", 1_000);
  await page.goto(await rollBack(page, baseURL ?? ""));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Rolled back from 10%");
  const checklist = page.getByRole("region", { name: "Emergency rollback checklist" });
  const items = checklist.getByRole("listitem");
  await expect(items).toHaveCount(4);
  await expect(items.nth(0)).toHaveAttribute("data-state", "ok");
  await expect(items.nth(1)).toHaveAttribute("data-state", "ok", { timeout: 60_000 });
  await expect(items.nth(1)).toContainText(/answered in \d+/);
  await expect(items.nth(2)).toHaveAttribute("data-state", "unknown");
  // The first three cannot be ticked by hand: there is nothing to press.
  for (const index of [0, 1, 2]) {
    await expect(items.nth(index).locator("button, input, a, [tabindex]")).toHaveCount(0);
  }
  const rootCause = items.nth(3);
  await rootCause.getByLabel("Root cause").fill("a model");
  await expect(rootCause).toContainText("Needs at least 8 characters, has 7.");
  await expect(rootCause.getByRole("button")).toBeDisabled();
  await rootCause.getByLabel("Root cause").fill("the worker image had no model");
  await rootCause.getByRole("button", { name: "Save root cause" }).click();
  await expect(rootCause).toHaveAttribute("data-state", "ok");
  await expect(rootCause).toContainText("the worker image had no model");

  await page.getByRole("button", { name: "Resolve" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Resolve" }).click();
  await expect(page.getByRole("region", { name: "The rollback" })).toContainText("Resolved");
  await expect(page.getByRole("button", { name: "Resolve" })).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("Root cause written");
});

test("without a root cause resolving needs a reason", async ({ page, baseURL }) => {
  await setShare(page, baseURL ?? "", 1_000);
  await page.goto(await rollBack(page, baseURL ?? ""));
  await page.getByRole("button", { name: "Resolve" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("button", { name: "Resolve" })).toBeDisabled();
  await dialog.getByLabel(/^Reason/).fill("it was only a drill");
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await expect(page.getByRole("region", { name: "The rollback" })).toContainText("it was only a drill");
});

test("jobs in flight are cancelled and sent again by the new route", async ({ page, baseURL, playwright }) => {
  test.setTimeout(150_000);
  await setShare(page, baseURL ?? "", 10_000);
  const { key } = await change<{ key: string }>(page, baseURL ?? "", "keys.create", {
    name: "in flight",
    environment: "sandbox",
    scopes: ["generate", "read"],
    expiresAtMs: null,
  });
  const app = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  const answer = await app.post("/api/v1/generations", {
    data: { operation: "txt2img", prompt: "an iceberg [fault:never_finishes]" },
  });
  expect(answer.status(), await answer.text()).toBe(202);
  const { id } = await answer.json();
  await expect.poll(() => stateOf(page, id), { timeout: 30_000 }).toBe("running");
  await page.goto(await rollBack(page, baseURL ?? ""));
  const jobs = page.getByRole("region", { name: "Jobs in flight" });
  await expect(jobs).toContainText("1 finishing on ComfyUI");
  await expect(page.getByRole("region", { name: "The rollout is held" })).toContainText("1 finishing on ComfyUI");
  await jobs.getByRole("button", { name: "Drain" }).click();
  await expect(jobs).toContainText("Drain: they end where they are.");
  await jobs.getByRole("button", { name: "Cancel and resend" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Cancel and resend 1 job" });
  await expect(dialog.getByRole("button", { name: "Cancel", exact: true })).toBeFocused();
  await dialog.getByRole("button", { name: "Cancel and resend" }).click();
  await expect(jobs).toContainText("No job of the rollout is at ComfyUI any more.", { timeout: 60_000 });
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("cancel and resend (1)");
  expect((await historyOf(page))[0]).toMatchObject({ candidateShareBp: 0 });
  await app.post(`/api/v1/generations/${id}/cancel`);
  await app.dispose();
});
