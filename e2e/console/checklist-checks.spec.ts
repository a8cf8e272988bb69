import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { combinations, lookAs, nameOf } from "./combinations";
import { expect, test } from "./console-test";
import { handOf, reach, tabOrder } from "./hand";
import { expectSound, expectTouchable } from "./page-checks";

/** Six items with cold starts on a slow machine. */
const RUN_WITHIN = { timeout: 90_000 };
const ITEMS = ["txt2img", "img2img", "remove_background", "r2_upload", "error_handling", "rollback"] as const;

const item = (page: Page, name: (typeof ITEMS)[number]) => page.locator(`[data-item="${name}"]`);

for (const combination of combinations(["390 light mouse"])) {
  test(`the testing checklist runs, proves itself and opens the gate, ${nameOf(combination)}`, async ({ page }) => {
    test.setTimeout(180_000);
    const { foreign } = await lookAs(page, combination);
    const hand = handOf(page, combination);
    await page.goto("/playground/checklist");
    const runAll = page.getByRole("button", { name: "Run all" });
    await expect(runAll).toBeVisible();
    await expectSound(page, "before");
    await expectTouchable(page, [runAll, item(page, "txt2img").getByRole("button", { name: /^Run/ })]);
    if (combination.by === "keyboard")
      expect((await tabOrder(page, item(page, "txt2img").getByRole("button", { name: /^Run/ }))).join(" | ")).toMatch(
        /Export Markdown \| Export JSON \| Run all \| .*Run: txt2img generation works$/,
      );

    // By hand: with a note, shown as that, and the focus comes back to where the dialog was opened.
    const byHand = item(page, "r2_upload").getByRole("button", { name: /^Pass by hand/ });
    await hand.press(byHand);
    const dialog = page.getByRole("dialog", { name: "Pass by hand" });
    const pass = dialog.getByRole("button", { name: "Pass by hand" });
    await hand.write(dialog.getByLabel("Note: what was tried and seen"), "short");
    await expect(pass).toBeDisabled();
    await hand.write(dialog.getByLabel("Note: what was tried and seen"), "the owner of the bucket uploaded a picture");
    await expectSound(page, "dialog");
    await expectTouchable(page, [pass]);
    await hand.press(pass);
    await expect(dialog).toHaveCount(0);
    await expect(byHand).toBeFocused();
    await expect(item(page, "r2_upload")).toHaveAttribute("data-state", "by_hand");
    await expect(item(page, "r2_upload")).toContainText("the owner of the bucket uploaded a picture");

    await hand.press(runAll);
    await expect(item(page, "txt2img")).toHaveAttribute("data-state", "running");
    await expect(item(page, "rollback")).toHaveAttribute("data-state", "waiting");
    await expectTouchable(page, [page.getByRole("button", { name: "Cancel run" })]);
    await expectSound(page, "running");
    await expect(runAll).toBeVisible(RUN_WITHIN);
    await expect(page.getByRole("heading", { name: "6 of 6 passed" })).toBeVisible();
    for (const name of ITEMS) await expect(item(page, name)).toHaveAttribute("data-state", "passed");
    await expectSound(page, "done");

    for (const name of ITEMS) await hand.press(item(page, name).getByText(/^Evidence: /));
    const errors = item(page, "error_handling");
    await expect(errors).toContainText("Model not found.");
    await expect(errors).toContainText("Verify that the worker image was built with the model downloads.");
    await expect(
      item(page, "txt2img")
        .getByRole("link", { name: /^Open generation/ })
        .first(),
    ).toBeVisible();
    await expect(
      item(page, "txt2img")
        .getByRole("term")
        .filter({ hasText: /^latency$/ }),
    ).toBeVisible();
    await expect(item(page, "rollback")).toContainText(/switched back in/);
    const picture = item(page, "txt2img").getByRole("img", { name: "Result of read back and decoded" });
    await expect
      .poll(() => picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)))
      .toBe(768);
    await expectSound(page, "evidence");

    const exported = async (name: string) => {
      const download = page.waitForEvent("download");
      await hand.press(page.getByRole("button", { name }));
      return readFile(await (await download).path(), "utf8");
    };
    expect(await exported("Export Markdown")).toContain("6 of 6 passed");
    const evidence: { headline: string; items: { evidenceSha256: string }[] } = JSON.parse(
      await exported("Export JSON"),
    );
    expect(evidence.headline).toBe("6 of 6 passed");
    for (const { evidenceSha256 } of evidence.items) await expect(page.locator("main")).toContainText(evidenceSha256);

    await page.goto("/rollout?step=canary");
    const gate = page.locator('[data-gate="checklist_passed"]');
    await expect(gate).toHaveAttribute("data-state", "ok");
    if (combination.by === "keyboard")
      await reach(page, gate.getByRole("link", { name: "Open the testing checklist" }));
    await expectSound(page, "rollout");
    expect(foreign, `orders not given by ${combination.by}`).toEqual([]);
  });
}
