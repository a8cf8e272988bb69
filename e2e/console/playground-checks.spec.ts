import type { Locator, Page } from "playwright/test";
import { type Combination, combinations, lookAs, nameOf } from "./combinations";
import { expect, test } from "./console-test";
import { type Hand, handOf, tabOrder } from "./hand";
import { expectSound, expectTouchable } from "./page-checks";
import { ask } from "./rollout-steps";

/** A generation on a slow machine, cold start included. */
const ENDS_WITHIN = { timeout: 60_000 };

const pane = (page: Page, provider: "Scenario" | "ComfyUI") =>
  page.getByRole("region", { name: provider, exact: true });
const prompt = (page: Page) => page.getByLabel("Prompt", { exact: true });
const pictureIn = (where: Locator) => where.getByRole("img", { name: /^Generated picture/ });
const stageOf = (where: Locator) => where.locator('li[aria-current="step"]');
const BOTH = ["Scenario", "ComfyUI"] as const;

interface Walk extends Combination {
  page: Page;
  hand: Hand;
}

for (const combination of combinations(["390 dark keyboard"])) {
  test(`every check of the playground holds, ${nameOf(combination)}`, async ({ page }) => {
    test.setTimeout(180_000);
    const { foreign } = await lookAs(page, combination);
    const walk: Walk = { ...combination, page, hand: handOf(page, combination) };
    await page.goto("/playground");
    await theFormStandsAsDrawn(walk);
    await aColdStartIsSeenWhileItLasts(walk);
    await bothPicturesAreCompared(walk);
    await aResultBecomesTheSource(walk);
    await oneFailsAndTheOtherDoesNot(walk);
    await cancellingStopsTheBill(walk);
    await whatCannotBeASourceIsRefused(walk);
    expect(foreign, `orders not given by ${combination.by}`).toEqual([]);
  });
}

async function theFormStandsAsDrawn({ page, hand, width, by }: Walk): Promise<void> {
  const run = page.getByRole("button", { name: /^Run/ });
  if (by === "keyboard") {
    const order = (await tabOrder(page, run)).join(" | ");
    // Hidden words between them (examples, links of the frame) may change; their order may not.
    expect(order).toMatch(
      /Batch \| Testing checklist \| Text to image \| Prompt \| .*Negative prompt \| .*Size.* \| Steps \| Guidance \| Seed \| Keep the seed \| Both \| Run/,
    );
  }
  const form = page.getByRole("form", { name: "Request" });
  const [formBox, left, right] = await Promise.all(
    [form.locator("xpath=../../.."), pane(page, "Scenario"), pane(page, "ComfyUI")].map((part) => part.boundingBox()),
  );
  expect(left?.width).toBe(right?.width);
  if (width === 1440) {
    expect(formBox?.width).toBe(360);
    expect(left?.y).toBe(right?.y);
  } else expect(left?.y).toBeGreaterThan((formBox?.y ?? 0) + (formBox?.height ?? 0));
  await expectSound(page, "empty");
  await hand.pick(page.getByRole("combobox", { name: "Size" }), "Small 512 × 512");
  await expectTouchable(page, [
    run,
    page.getByRole("tab", { name: "Text to image" }),
    page.getByRole("radio", { name: "Both" }),
  ]);
}

/** By mouse with the button, by keyboard with the keys that stand on it. */
async function run({ page, hand, by }: Walk, words: string): Promise<void> {
  await hand.write(prompt(page), words);
  if (by === "mouse") await hand.press(page.getByRole("button", { name: /^Run/ }));
  else await page.keyboard.press("ControlOrMeta+Enter");
}

/** Brings a pane into view where only one is shown at a time. */
async function show({ page, hand, width }: Walk, provider: "Scenario" | "ComfyUI"): Promise<void> {
  if (width === 390)
    await hand.choose(page.getByRole("group", { name: "Result shown" }).getByRole("radio", { name: provider }));
  await expect(pane(page, provider)).toBeInViewport({ ratio: 0.1 });
}

async function aColdStartIsSeenWhileItLasts(walk: Walk): Promise<void> {
  const { page } = walk;
  await run(walk, `an iceberg at dawn, ${nameOf(walk)} [fault:cold]`);
  const cold = pane(page, "ComfyUI");
  await expect(stageOf(cold)).toHaveText("Starting worker", ENDS_WITHIN);
  await expect(cold.getByRole("status")).toHaveText("ComfyUI: Starting worker");
  // What was asked for is in view, also where it stands below the form.
  await expect(pane(page, "Scenario")).toBeInViewport({ ratio: 0.1 });
  await expectTouchable(
    page,
    [pane(page, "Scenario").getByRole("button"), cold.getByRole("button")].map((one) => one.first()),
  );
  for (const provider of BOTH) {
    await expect(pictureIn(pane(page, provider))).toBeVisible(ENDS_WITHIN);
    await expect(pane(page, provider).getByText(/^\$\d+\.\d+( est\.)?$/)).toBeVisible();
    await expect(pane(page, provider).getByText(/^objects\/\w\w\/\w\w\/\w{64}\.(png|jpg|webp)$/)).toBeVisible();
    for (const name of ["Use as source", "Copy as cURL", "Copy as CLI"])
      await expect(pane(page, provider).getByRole("button", { name })).toBeVisible();
    await expect(pane(page, provider).getByText("Execution")).toBeVisible();
    for (const fact of ["Seed", "Size", "Cost"])
      await expect(
        pane(page, provider)
          .getByRole("term")
          .filter({ hasText: new RegExp(`^${fact}$`) }),
      ).toBeVisible();
  }
  await expect(cold.getByRole("button", { name: "Save as evidence" })).toBeVisible();
  await expect(cold.getByRole("definition").filter({ hasText: /^Cold$/ })).toBeVisible();
  // What was just measured is what the next run is expected to take.
  await expect(
    page
      .getByRole("list", { name: "Estimate from the last 24 hours" })
      .getByText(/^ComfyUI about .+ cold; \$0\.\d+ \(n = \d+\)$/),
  ).toBeVisible();
  await expect(
    page
      .getByRole("region", { name: "Last runs" })
      .getByRole("link", { name: /^ComfyUI, .*an iceberg at dawn/ })
      .first(),
  ).toBeVisible();
  await theRowSays(walk, "temp=cold&source=playground", await idIn(cold));
  await expectSound(page, "done");
}

async function idIn(where: Locator): Promise<string> {
  const address = await where.getByRole("link", { name: "Open generation" }).getAttribute("href");
  return /\/generations\/([0-9a-f-]{36})/.exec(address ?? "")?.[1] ?? "";
}

/** In Generations, filtered, beside the page that is walked: a second tab of the same person. */
async function theRowSays({ page }: Walk, query: string, id: string): Promise<void> {
  const list = await page.context().newPage();
  await list.setViewportSize(page.viewportSize() ?? { width: 1440, height: 900 });
  await list.goto(`/generations?${query}&q=${id}`);
  await expect(list.locator(`[data-row="${id}"]`).filter({ visible: true })).toHaveCount(1);
  await list.close();
}

async function bothPicturesAreCompared(walk: Walk): Promise<void> {
  const { page, hand, by, width } = walk;
  const ways = page.getByRole("group", { name: "Compare" });
  const compared = page.getByRole("region", { name: "Scenario compared with ComfyUI" });
  if (width === 390) await oneResultAtATime(walk);
  const next = async (way: string) => {
    if (by === "mouse") await hand.choose(ways.getByRole("radio", { name: way }));
    else await page.keyboard.press("c");
    await expect(ways.getByRole("radio", { name: way })).toBeChecked();
  };
  if (by === "keyboard") await hand.choose(ways.getByRole("radio", { name: "Side by side" }));
  await next("Slider");
  const slider = compared.getByRole("slider");
  await expect(slider).toHaveAttribute("aria-valuetext", "50% Scenario, 50% ComfyUI");
  if (by === "keyboard") {
    await hand.press(slider);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    await expect(slider).toHaveAttribute("aria-valuetext", "51% Scenario, 49% ComfyUI");
  } else {
    await slider.scrollIntoViewIfNeeded();
    const track = await slider.boundingBox();
    for (const share of [0.2, 0.7]) {
      await slider.click({ position: { x: (track?.width ?? 0) * share, y: 40 } });
      expect(Math.abs(Number(await slider.inputValue()) - share * 100)).toBeLessThanOrEqual(4);
    }
  }
  await expectSound(page, "slider");
  // By keyboard the focus is still on the slider: a letter is none of its keys.
  await next("Difference");
  await expect(compared.getByText(/^Black where Scenario and ComfyUI agree/)).toBeVisible();
  await next("1:1");
  await hand.press(compared.getByRole("button", { name: "Zoom in" }));
  const [left, right] = ([/^Scenario at 200%/, /^ComfyUI at 200%/] as const).map((name) =>
    compared.getByRole("region", { name }),
  );
  if (left === undefined || right === undefined) throw new Error("two pictures are compared");
  await panRight(walk, left);
  const at = (frame: Locator) => frame.evaluate(({ scrollLeft }) => scrollLeft);
  await expect.poll(() => at(left)).toBeGreaterThan(10);
  await expect.poll(async () => Math.abs((await at(left)) - (await at(right)))).toBeLessThanOrEqual(1);
  await next("Side by side");
  await expect(pictureIn(pane(page, "Scenario"))).toBeVisible();
}

async function panRight({ page, hand, by }: Walk, frame: Locator): Promise<void> {
  if (by === "keyboard") {
    await hand.press(frame);
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("ArrowRight");
    return;
  }
  await frame.scrollIntoViewIfNeeded();
  const box = await frame.boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 100];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 80, y, { steps: 4 });
  await page.mouse.up();
}

/** By the tabs, and by pushing the strip sideways: the tab follows. */
async function oneResultAtATime(walk: Walk): Promise<void> {
  const { page, by } = walk;
  const tab = (provider: "Scenario" | "ComfyUI") =>
    page.getByRole("group", { name: "Result shown" }).getByRole("radio", { name: provider });
  await show(walk, "ComfyUI");
  await expect(pane(page, "Scenario")).not.toBeInViewport({ ratio: 0.1 });
  await expectTouchable(page, [
    tab("Scenario"),
    tab("ComfyUI"),
    pane(page, "ComfyUI").getByRole("button", { name: "Use as source" }),
  ]);
  await show(walk, "Scenario");
  if (by === "keyboard") return;
  await pane(page, "Scenario").hover();
  await page.mouse.wheel(350, 0);
  await expect(tab("ComfyUI")).toBeChecked();
  await expect(pane(page, "ComfyUI")).toBeInViewport({ ratio: 0.1 });
}

async function aResultBecomesTheSource({ page, hand }: Walk): Promise<void> {
  await hand.press(pane(page, "Scenario").getByRole("button", { name: "Use as source" }));
  await expect(page.getByRole("tab", { name: "Image to image" })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByText(/^generated\./)).toBeInViewport();
  await hand.choose(page.getByRole("tab", { name: "Text to image" }));
}

async function oneFailsAndTheOtherDoesNot(walk: Walk): Promise<void> {
  const { page, hand } = walk;
  // A fault of ComfyUI's graph: Scenario has none.
  await run(walk, "a tin robot [fault:missing_node]");
  await expect(pane(page, "ComfyUI").getByRole("region", { name: /^Failure: / })).toBeVisible(ENDS_WITHIN);
  await expect(pictureIn(pane(page, "Scenario"))).toBeVisible(ENDS_WITHIN);
  await show(walk, "ComfyUI");
  const failure = pane(page, "ComfyUI").getByRole("region", { name: /^Failure: / });
  await expect(failure).toContainText("What to do: ");
  await expect(failure.locator("pre")).toBeHidden();
  await hand.press(failure.getByText(/^Raw message/));
  await expect(failure.locator("pre")).toBeVisible();
  await expectSound(page, "failed");
}

async function cancellingStopsTheBill(walk: Walk): Promise<void> {
  const { page, hand, by } = walk;
  await run(walk, "a harbour [fault:never_finishes]");
  const [scenario, comfyui] = [pane(page, "Scenario"), pane(page, "ComfyUI")];
  await expect(stageOf(comfyui)).toHaveText("Running", ENDS_WITHIN);
  const bill = comfyui.getByText(/^Bill so far \$/);
  const billed = async () => Number(/\$([\d.]+)/.exec((await bill.textContent()) ?? "")?.[1]);
  const before = await billed();
  await expect.poll(billed).toBeGreaterThan(before);
  await expect(scenario.getByTestId("expected-tick")).toBeAttached();
  await expect(scenario.getByText("Slower than usual, likely a cold start.")).toBeVisible(ENDS_WITHIN);
  await show(walk, "ComfyUI");
  await expectSound(page, "running");

  await hand.press(comfyui.getByRole("button", { name: /^Cancel/ }));
  await expect(comfyui.getByText("Cancelled. Nothing more is charged for it.")).toBeVisible(ENDS_WITHIN);
  await expect(bill).toHaveCount(0);
  // The pane beside it knows nothing of that.
  await expect(stageOf(scenario)).toHaveText("Running");
  // Whoever stood on the button is not thrown back to the top of the page.
  if (by === "keyboard")
    expect(await comfyui.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  const id = await idIn(comfyui);
  const ledger = async () => {
    const { state, costMicros, costLines } = await ask<{ state: string; costMicros: number; costLines: unknown[] }>(
      page,
      "generations.get",
      { id },
    );
    return { state, costMicros, costLines };
  };
  const booked = await ledger();
  expect(booked.state).toBe("cancelled");
  expect(booked.costMicros).toBeGreaterThan(0);
  await expect(comfyui.getByText(/^\$\d+\.\d+ est\.$/)).toBeVisible();
  if (by === "keyboard") await page.keyboard.press("Escape");
  else {
    await show(walk, "Scenario");
    await hand.press(scenario.getByRole("button", { name: /^Cancel/ }));
  }
  await expect(scenario.getByText("Cancelled. Nothing more is charged for it.")).toBeVisible(ENDS_WITHIN);
  expect(await ledger()).toEqual(booked);
  await theRowSays(walk, "state=cancelled&source=playground", id);
  await expect(
    page
      .getByRole("region", { name: "Last runs" })
      .getByRole("link", { name: /^ComfyUI, Cancelled, a harbour/ })
      .first(),
  ).toBeVisible();
}

async function whatCannotBeASourceIsRefused({ page, hand }: Walk): Promise<void> {
  await hand.choose(page.getByRole("tab", { name: "Image to image" }));
  await hand.press(page.getByRole("button", { name: "Remove the source picture" }));
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(request.url());
  });
  const give = async (name: string, mimeType: string, buffer: Buffer) => {
    const chooser = page.waitForEvent("filechooser");
    await hand.press(page.getByRole("button", { name: "Choose a picture" }));
    await (await chooser).setFiles({ name, mimeType, buffer });
  };
  await expect(page.getByText(/PNG, JPEG or WebP, at most 7\.0\sMB/)).toBeVisible();
  await give("notes.txt", "text/plain", Buffer.from("no picture"));
  await expect(page.getByText(/“notes\.txt” is text\/plain: it must be a PNG, JPEG or WebP picture\./)).toBeVisible();
  await give("huge.png", "image/png", Buffer.alloc(7 * 1024 * 1024 + 1));
  await expect(page.getByText(/“huge\.png” has .*: the limit is 7\.0\sMB\./)).toBeVisible();
  await expectTouchable(page, [page.getByRole("button", { name: "Choose a picture" })]);
  await expectSound(page, "refused");
  expect(sent).toEqual([]);
}
