import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { type Combination, combinations, lookAs, nameOf } from "./combinations";
import { expect, test } from "./console-test";
import { type Hand, handOf, tabOrder } from "./hand";
import { expectSound, expectTouchable } from "./page-checks";

/** A handful of pictures, cold starts included, on a slow machine. */
const MADE_WITHIN = { timeout: 80_000 };
const PROMPTS = ["a red fox", "a grey stone", "a blue boat", "a tall lighthouse", "an old tram"];

interface Walk extends Combination {
  page: Page;
  hand: Hand;
}

for (const combination of combinations(["1440 light keyboard"])) {
  test(`a batch is watched, paused, compared blind, cancelled and capped, ${nameOf(combination)}`, async ({ page }) => {
    test.setTimeout(180_000);
    const { foreign } = await lookAs(page, combination);
    const walk: Walk = { ...combination, page, hand: handOf(page, combination) };
    await page.goto("/playground");
    await walk.hand.press(page.getByRole("link", { name: "Batch" }));
    await expect(runOnBoth(page)).toBeVisible();
    await aListIsMadeAndPausedMeanwhile(walk);
    await theSheetIsExported(walk);
    await theyAreComparedBlind(walk);
    await oneIsCancelled(walk);
    await oneStopsAtItsCap(walk);
    expect(foreign, `orders not given by ${combination.by}`).toEqual([]);
  });
}

const prompts = (page: Page) => page.getByLabel("Prompts, one a line");
const runOnBoth = (page: Page) => page.getByRole("button", { name: "Run on both" });

async function start({ page, hand }: Walk, lines: readonly string[], cap: string): Promise<void> {
  await hand.write(prompts(page), lines.join("\n"));
  await hand.write(page.getByLabel("Cap, in dollars"), cap);
  await hand.press(runOnBoth(page));
}

async function aListIsMadeAndPausedMeanwhile(walk: Walk): Promise<void> {
  const { page, hand, by } = walk;
  if (by === "keyboard") {
    await hand.write(prompts(page), "a line");
    await page.keyboard.press("Shift+Tab");
    expect((await tabOrder(page, runOnBoth(page))).join(" | ")).toMatch(
      /Prompts, one a line \| Or a text file \| 1024 × 1024 \| Cap, in dollars \| Run on both$/,
    );
  }
  await hand.choose(page.getByRole("radio", { name: "512 × 512" }));
  await hand.write(page.getByLabel("Cap, in dollars"), "two");
  await expect(page.getByText("must be an amount above 0 such as 2.00")).toBeVisible();
  await expect(runOnBoth(page)).toBeDisabled();
  await expectSound(page, "form");
  await hand.write(prompts(page), "# ours\na red fox in snow\na grey stone");
  await expect(page.getByText(/^Est\. \$0\.\d+ for 4 pictures\./)).toBeVisible();
  await start(walk, PROMPTS, "5.00");
  const pause = page.getByRole("button", { name: "Pause", exact: true });
  await expect(pause).toBeInViewport();
  await hand.press(pause);
  const resume = page.getByRole("button", { name: "Resume", exact: true });
  await expect(resume).toBeVisible();
  await expect(page.getByText(/ of 10 pictures made.*, paused$/)).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Pictures that have ended" })).toBeVisible();
  await expectTouchable(page, [runOnBoth(page), resume, page.getByRole("button", { name: "Cancel batch" })]);
  await expectSound(page, "paused");
  await hand.press(resume);
  await expect(page.getByText(/^10 of 10 pictures made for \$\d\.\d+, done$/)).toBeVisible(MADE_WITHIN);
}

async function theSheetIsExported({ page, hand }: Walk): Promise<void> {
  const sheet = page.getByRole("tabpanel", { name: "Contact sheet" });
  await expect(sheet.getByRole("img")).toHaveCount(10);
  const first = sheet.locator("[data-pair='1'] figure");
  await expect(first.nth(0)).toContainText("Scenario");
  await expect(first.nth(1)).toContainText("ComfyUI");
  await expectSound(page, "sheet");
  const exported = async (name: string) => {
    const download = page.waitForEvent("download");
    await hand.press(page.getByRole("link", { name, exact: true }));
    return readFile(await (await download).path(), "utf8");
  };
  expect((await exported("CSV")).trim().split("\r\n")).toHaveLength(11);
  expect(JSON.parse(await exported("JSON")).pairs).toHaveLength(5);
  expect((await exported("Export sheet")).match(/<img [^>]*src="data:image/g)).toHaveLength(10);
}

async function theyAreComparedBlind({ page, hand, by }: Walk): Promise<void> {
  await hand.choose(page.getByRole("tab", { name: "Blind comparison" }));
  const pair = page.locator("[data-blind]");
  const answers = { left: "Left is better", right: "Right is better", none: "No difference" } as const;
  const keys = { left: "1", right: "2", none: "0" } as const;
  await expect(pair).toBeVisible();
  await expectSound(page, "blind");
  await expectTouchable(
    page,
    Object.values(answers).map((name) => pair.getByRole("button", { name })),
  );
  let seen: string | null = null;
  for (const answer of ["left", "right", "none", "left", "none"] as const) {
    await expect(pair).not.toHaveAttribute("data-blind", seen ?? "");
    // Who made which is nowhere in it, not even in an address.
    expect(await pair.innerHTML()).not.toMatch(/scenario|comfyui/i);
    seen = await pair.getAttribute("data-blind");
    const button = pair.getByRole("button", { name: answers[answer] });
    await expect(button).not.toHaveAttribute("aria-busy", "true");
    if (by === "keyboard") await page.keyboard.press(keys[answer]);
    else await hand.press(button);
  }
  await expect(page.getByText("You have compared all 5 pairs.")).toBeVisible();
  await hand.press(page.getByText("Result so far, votes: 5, people: 1"));
  await expect(page.getByText(/^[\d.]+% where one was better \(95% [\d.]+% to [\d.]+%\)$/)).toBeVisible();
  await expect(page.getByText(/^[\d.]+% of all pairs \(95% /)).toBeVisible();
  await expectSound(page, "result");
}

async function oneIsCancelled(walk: Walk): Promise<void> {
  const { page, hand } = walk;
  await start(walk, ["a pier [fault:never_finishes]", "a quay [fault:never_finishes]"], "5.00");
  const cancel = page.getByRole("button", { name: "Cancel batch" });
  await expect(page.getByText(/^0 of 4 pictures made/).first()).toBeVisible();
  await hand.press(cancel);
  await expect(page.getByText(/^0 of 4 pictures made.*, cancelled$/)).toBeVisible(MADE_WITHIN);
  await expect(cancel).toHaveCount(0);
}

async function oneStopsAtItsCap({ page, hand }: Walk): Promise<void> {
  await hand.write(prompts(page), "a tree\na house");
  await hand.write(page.getByLabel("Cap, in dollars"), "0.0001");
  await expect(page.getByText(/It will stop before the end/)).toBeVisible();
  await hand.press(runOnBoth(page));
  const capped =
    /^Stopped before the call that could have gone over the cap of \$0\.0001: 0 of 4 pictures made for \$0\.00, 4 not asked for, stopped/;
  await expect(page.getByText(capped)).toBeVisible();
  await expectSound(page, "capped");
}
