import type { Locator, Page } from "playwright/test";
import { axeViolations } from "./axe";
import { expect } from "./console-test";

/** The page as it stands breaks no rule of WCAG 2.2 AA and does not scroll sideways. */
export async function expectSound(page: Page, stage: string): Promise<void> {
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await over(), `${stage}: the page is wider than the screen`).toBeLessThanOrEqual(0);
  const screen = page.viewportSize();
  if (screen === null) throw new Error("a page has a size");
  // On a screen as high as the page no bar lies over anything: what scrolling uncovers is no fault.
  const { height, scrolled } = await page.evaluate(() => ({
    height: document.documentElement.scrollHeight,
    scrolled: window.scrollY,
  }));
  await page.setViewportSize({ width: screen.width, height: Math.max(screen.height, height + 120) });
  // A control that has just changed is on its way to its new colours, which are no colours of the design.
  await expect
    .poll(() => page.evaluate(() => document.getAnimations().filter((one) => one instanceof CSSTransition).length))
    .toBe(0);
  expect(await axeViolations(page), stage).toEqual([]);
  await page.setViewportSize(screen);
  // Whoever stood on a control still sees it.
  await page.evaluate((top) => window.scrollTo({ top, behavior: "instant" }), scrolled);
}

/** On a phone each can be met by a thumb: at least 44 × 44 px. */
export async function expectTouchable(page: Page, targets: readonly Locator[]): Promise<void> {
  if ((page.viewportSize()?.width ?? 0) >= 768) return;
  for (const target of targets) {
    const box = await target.boundingBox();
    expect(box, `${target} is in the page`).not.toBeNull();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0), `${target}`).toBeGreaterThanOrEqual(44);
  }
}
