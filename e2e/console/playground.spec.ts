import type { Locator, Page } from "playwright/test";
import { axeViolations } from "./axe";
import { expect, test } from "./console-test";

/** A generation on a slow machine, cold start included. */
const ENDS_WITHIN = { timeout: 60_000 };

function pane(page: Page, provider: "Scenario" | "ComfyUI"): Locator {
  return page.getByRole("region", { name: provider, exact: true });
}

async function expectPicture(where: Locator): Promise<void> {
  const picture = where.getByRole("img", { name: /^Generated picture/ });
  await expect(picture).toBeVisible(ENDS_WITHIN);
  await expect
    .poll(() => picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)))
    .toBeGreaterThan(0);
}

async function choosePicture(page: Page, buffer: Buffer): Promise<void> {
  await page
    .getByLabel("Source picture", { exact: true })
    .setInputFiles({ name: "source.png", mimeType: "image/png", buffer });
  await expect(page.getByText("source.png")).toBeVisible();
}

/** A real picture with something on it: the page itself. */
async function somePicture(page: Page): Promise<Buffer> {
  return page.screenshot({ clip: { x: 0, y: 0, width: 512, height: 512 } });
}

test("text to image runs on both providers side by side", async ({ page }) => {
  await page.goto("/playground");
  await page.getByLabel("Prompt", { exact: true }).fill("a red fox in fresh snow");
  await page.keyboard.press("ControlOrMeta+Enter");
  for (const provider of ["Scenario", "ComfyUI"] as const) {
    await expectPicture(pane(page, provider));
    await expect(pane(page, provider).getByText(/^\$0\.\d+/)).toBeVisible();
  }
  const boxes = await Promise.all([pane(page, "Scenario").boundingBox(), pane(page, "ComfyUI").boundingBox()]);
  expect(boxes[0]?.y).toBe(boxes[1]?.y);
  await expect(page.getByRole("region", { name: "Last runs" }).getByRole("link")).not.toHaveCount(0);

  await compareBothPictures(page);
  await pane(page, "ComfyUI").getByRole("link", { name: "Open generation" }).click();
  await expect(page.getByText("The request named ComfyUI, so the split was not asked.")).toBeVisible();
});

/** Slider by keys and by a press, difference, pixel for pixel with one movement for both, and back: by `c` alone. */
async function compareBothPictures(page: Page): Promise<void> {
  const compared = page.getByRole("region", { name: "Scenario compared with ComfyUI" });
  await page.locator("h1").click();
  await page.keyboard.press("c");
  const slider = compared.getByRole("slider");
  await expect(slider).toHaveAttribute("aria-valuetext", "50% Scenario, 50% ComfyUI");
  await slider.press("ArrowRight");
  await expect(slider).toHaveValue("51");
  const track = await slider.boundingBox();
  await slider.click({ position: { x: (track?.width ?? 0) * 0.2, y: 40 } });
  expect(Math.abs(Number(await slider.inputValue()) - 20)).toBeLessThanOrEqual(3);

  await page.locator("h1").click();
  await page.keyboard.press("c");
  await expect(compared.getByText(/^Black where Scenario and ComfyUI agree/)).toBeVisible();
  await page.keyboard.press("c");
  await compared.getByRole("button", { name: "Zoom in" }).click();
  const [left, right] = [/^Scenario at 200%/, /^ComfyUI at 200%/].map((name) => compared.getByRole("region", { name }));
  await left?.evaluate((frame) => frame.scrollTo(60, 40));
  await expect.poll(() => right?.evaluate((frame) => [frame.scrollLeft, frame.scrollTop])).toEqual([60, 40]);
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press("c");
  await expectPicture(pane(page, "Scenario"));
}

test("image to image and background removal take a picture", async ({ page }) => {
  await page.goto("/playground?mode=img2img&on=comfyui");
  const picture = await somePicture(page);
  await choosePicture(page, picture);
  await page.getByLabel("Prompt", { exact: true }).fill("the same in watercolour");
  await page.getByRole("button", { name: /^Run/ }).click();
  await expectPicture(pane(page, "ComfyUI"));

  const painted = pane(page, "ComfyUI").getByRole("img", { name: /^Generated picture/ });
  const before = await painted.getAttribute("src");
  await page.getByRole("tab", { name: "Remove background" }).click();
  await expect(page.getByText("source.png")).toBeVisible();
  await page.getByRole("button", { name: /^Run/ }).click();
  await expect(painted).not.toHaveAttribute("src", before ?? "", ENDS_WITHIN);
  await expectPicture(pane(page, "ComfyUI"));
});

test("a result becomes the source, and what cannot be honoured is said before the run", async ({ page }) => {
  await page.goto("/playground?on=comfyui");
  await page.getByLabel("Prompt", { exact: true }).fill("a lighthouse");
  await page.getByLabel("Negative prompt").fill("fog");
  await expect(page.getByRole("list", { name: "Before it runs" })).toHaveText(/ComfyUI: .* no negative prompt/);
  await page.getByLabel("Negative prompt").fill("");
  await expect(page.getByRole("list", { name: "Before it runs" })).toHaveCount(0);
  await page.getByRole("button", { name: /^Run/ }).click();
  await expectPicture(pane(page, "ComfyUI"));
  await pane(page, "ComfyUI").getByRole("button", { name: "Save as evidence" }).click();
  await page.getByLabel(/^Note/).fill("the lighthouse is there, and sharp");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goto("/playground/checklist");
  await expect(page.getByText("the lighthouse is there, and sharp", { exact: false })).toBeVisible();

  await page.goto("/playground?mode=img2img&on=comfyui");
  await page.getByRole("button", { name: "Use last result" }).click();
  await expect(page.getByText(/^generated\./)).toBeVisible();
  await page.getByRole("button", { name: "Remove the source picture" }).click();

  await page.getByLabel("Address of a picture").fill("http://127.0.0.1:9/secret.png");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Nothing could be taken from this address/)).toBeVisible();
});

test("at 390 the results are one tab each, and any size can be typed", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/playground");
  await page.getByRole("combobox", { name: "Size" }).click();
  await page.getByRole("option", { name: "Other…" }).click();
  await page.getByLabel("Width").fill("500");
  await page.getByLabel("Prompt", { exact: true }).fill("a kite");
  await page.getByRole("button", { name: /^Run/ }).click();
  await expect(page.getByText(/The width must be from 128 to 2048 and a multiple of 16/)).toBeVisible();
  await page.getByLabel("Width").fill("512");
  await page.getByLabel("Height").fill("512");
  await page.getByRole("button", { name: /^Run/ }).click();
  for (const provider of ["Scenario", "ComfyUI"] as const) await expectPicture(pane(page, provider));
  const inView = (provider: "Scenario" | "ComfyUI") =>
    expect.poll(async () => Math.abs((await pane(page, provider).boundingBox())?.x ?? 999)).toBeLessThan(40);
  await inView("Scenario");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.getByRole("group", { name: "Result shown" }).getByRole("radio", { name: "ComfyUI" }).check();
  await inView("ComfyUI");
});

test("what the server would refuse is refused in the form, naming field and rule", async ({ page }) => {
  await page.goto("/playground?mode=img2img");
  const runs = page.getByRole("region", { name: "Last runs" }).getByRole("link");
  const before = await runs.count();
  const file = page.getByLabel("Source picture", { exact: true });
  await file.setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
  await expect(page.getByText("must be a PNG, JPEG or WebP picture.")).toBeVisible();
  await file.setInputFiles({ name: "huge.png", mimeType: "image/png", buffer: Buffer.alloc(7 * 1024 * 1024 + 1) });
  await expect(page.getByText(/the limit is 7\.0/)).toBeVisible();
  await file.setInputFiles({
    name: "torn.png",
    mimeType: "image/png",
    buffer: Buffer.from("\x89PNG\r\n\x1a\nnothing"),
  });
  await expect(page.getByText("could not be read as a picture")).toBeVisible();
  await page.getByRole("button", { name: /^Run/ }).click();
  await expect(page.getByText("The prompt must not be empty.")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Playground" })).toBeVisible();
  expect(await runs.count()).toBe(before);
});

test("a failing run names its mode and what to do, and leaves the other pane alone", async ({ page }) => {
  await page.goto("/playground?on=comfyui");
  await page.getByText("Provoke a failure (sandbox)").click();
  await page.getByRole("button", { name: /\[fault:out_of_memory\]/ }).click();
  await expect(page.getByLabel("Prompt", { exact: true })).toHaveValue("[fault:out_of_memory]");
  await page.getByLabel("Prompt", { exact: true }).fill("a tin robot [fault:out_of_memory]");
  await page.getByRole("button", { name: /^Run/ }).click();
  const failure = page.getByRole("region", { name: "Failure: Out of memory" });
  await expect(failure).toBeVisible(ENDS_WITHIN);
  await expect(failure).toContainText("Use a GPU with more VRAM");
  await expect(failure).toContainText(/The first of its kind in 24 h\.|similar in the 24 h before/);
  await failure.getByText("Raw message").click();
  await expect(failure.locator("pre")).toBeVisible();
});
