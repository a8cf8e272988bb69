import type { Locator, Page } from "playwright/test";
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

  await pane(page, "ComfyUI").getByRole("link", { name: "Open generation" }).click();
  await expect(page.getByText("The request named ComfyUI, so the split was not asked.")).toBeVisible();
});

test("image to image and background removal take a picture", async ({ page }) => {
  await page.goto("/playground?mode=img2img&on=comfyui");
  const picture = await somePicture(page);
  await choosePicture(page, picture);
  await page.getByLabel("Prompt", { exact: true }).fill("the same in watercolour");
  await page.getByRole("button", { name: /^Run/ }).click();
  await expectPicture(pane(page, "ComfyUI"));

  await page.getByRole("tab", { name: "Remove background" }).click();
  await expect(page.getByText("source.png")).toBeVisible();
  await page.getByRole("button", { name: /^Run/ }).click();
  await expect(pane(page, "ComfyUI")).toHaveAttribute("data-stage", "queued");
  await expectPicture(pane(page, "ComfyUI"));
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
  await failure.getByText("Raw message").click();
  await expect(failure.locator("pre")).toBeVisible();
});

test("Esc cancels what runs", async ({ page }) => {
  await page.goto("/playground?on=comfyui");
  await page.getByLabel("Prompt", { exact: true }).fill("a harbour [fault:never_finishes]");
  await page.getByRole("button", { name: /^Run/ }).click();
  await expect(pane(page, "ComfyUI")).toHaveAttribute("data-stage", "running", ENDS_WITHIN);
  await page.keyboard.press("Escape");
  await expect(pane(page, "ComfyUI").getByText("Cancelled.", { exact: false })).toBeVisible(ENDS_WITHIN);
  await page.getByRole("link", { name: "Open generation" }).click();
  await expect(page.getByRole("definition").filter({ hasText: "Cancelled" })).toBeVisible();
});

test("a cold start is seen while it lasts and said afterwards", async ({ page }) => {
  await page.goto("/playground?on=comfyui");
  await page.getByLabel("Prompt", { exact: true }).fill("an iceberg [fault:cold]");
  await page.getByRole("button", { name: /^Run/ }).click();
  await expect(pane(page, "ComfyUI").locator('li[aria-current="step"]')).toHaveText("Starting worker", ENDS_WITHIN);
  await expectPicture(pane(page, "ComfyUI"));
  await expect(
    pane(page, "ComfyUI")
      .getByRole("definition")
      .filter({ hasText: /^Cold$/ }),
  ).toBeVisible();
});
