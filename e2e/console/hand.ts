import type { Locator, Page } from "playwright/test";
import type { Combination } from "./combinations";
import { expect } from "./console-test";

/** A person at a page, who has a mouse or a keyboard and not both. */
export interface Hand {
  /** A button, a link, what folds out. */
  press(target: Locator): Promise<void>;
  /** One of a few: a radio button or a tab. `target` is the one that is wanted. */
  choose(target: Locator): Promise<void>;
  /** One of a list that opens. */
  pick(list: Locator, option: string): Promise<void>;
  /** Takes the place of what stands in a field. */
  write(field: Locator, text: string): Promise<void>;
}

export function handOf(page: Page, { by }: Pick<Combination, "by">): Hand {
  return by === "mouse" ? mouse(page) : keyboard(page);
}

function mouse(page: Page): Hand {
  return {
    press: (target) => target.click(),
    choose: (target) => target.click(),
    async pick(list, option) {
      await list.click();
      await page.getByRole("option", { name: option }).click();
    },
    async write(field, text) {
      await field.click({ clickCount: 3 });
      // Several lines take more than three clicks to mark.
      await field.evaluate((element) => element instanceof HTMLTextAreaElement && element.select());
      await page.keyboard.insertText(text);
    },
  };
}

function keyboard(page: Page): Hand {
  return {
    async press(target) {
      await reach(page, target);
      await page.keyboard.press("Enter");
    },
    async choose(target) {
      const group = target.locator("xpath=ancestor::*[self::fieldset or @role='tablist'][1]");
      await reach(page, group.locator("input:checked, [role=tab][aria-selected=true]"));
      // Arrow keys go round, so one direction reaches every one.
      for (let presses = 0; presses < 8 && !(await isChosen(target)); presses += 1)
        await page.keyboard.press("ArrowRight");
      expect(await isChosen(target)).toBe(true);
    },
    async pick(list, option) {
      await reach(page, list);
      await page.keyboard.press("Enter");
      const wanted = page.getByRole("option", { name: option });
      await expect(wanted).toBeVisible();
      for (let presses = 0; presses < 20 && (await wanted.getAttribute("data-highlighted")) === null; presses += 1)
        await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("listbox")).toHaveCount(0);
    },
    async write(field, text) {
      await reach(page, field);
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText(text);
    },
  };
}

const isChosen = (target: Locator) =>
  target.evaluate((element) =>
    element instanceof HTMLInputElement ? element.checked : element.getAttribute("aria-selected") === "true",
  );

const MOST_PRESSES = 150;

/** Goes to an element by Tab, or back to it by Shift+Tab, and sees the focus there. Throws where Tab never comes. */
export async function reach(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    const way = await target.evaluate((element) => {
      const { activeElement } = document;
      if (activeElement === element) return "here";
      if (activeElement === null || activeElement === document.body) return "Tab";
      return activeElement.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING ? "Tab" : "Shift+Tab";
    });
    if (way === "here") return expectFocusSeen(page);
    await page.keyboard.press(way);
  }
  throw new Error(`Tab does not come to ${target}`);
}

/** The focused element is in view, under no bar, and it or what stands for it has a ring. */
async function expectFocusSeen(page: Page): Promise<void> {
  const seen = await page.evaluate(() => {
    const { activeElement } = document;
    if (activeElement === null) return "nothing has the focus";
    const rings = [activeElement, activeElement.parentElement, activeElement.parentElement?.parentElement].some(
      (element) => {
        if (!element) return false;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
      },
    );
    const { top, bottom, left, width } = activeElement.getBoundingClientRect();
    const middle = Math.max(top, Math.min((top + bottom) / 2, top + window.innerHeight / 3));
    const over = document.elementFromPoint(left + width / 2, middle);
    const covered = over === null || !(over.contains(activeElement) || activeElement.contains(over));
    const beside = covered && activeElement.parentElement?.contains(over) !== true;
    const what = activeElement.outerHTML.slice(0, 160);
    return rings ? (beside ? `covered by ${over?.outerHTML.slice(0, 160)}: ${what}` : "") : `no ring: ${what}`;
  });
  expect(seen).toBe("");
}

/** What Tab comes to from the top of the page, by accessible name, until it comes to `last`. */
export async function tabOrder(page: Page, last: Locator): Promise<string[]> {
  // Parts that come after the page was drawn take the place of what stood for them, and of its focus.
  await page.waitForLoadState("networkidle");
  const names: string[] = [];
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    await page.keyboard.press("Tab");
    await expectFocusSeen(page);
    names.push(await page.evaluate(nameOfFocused));
    if (await last.evaluate((element) => element === document.activeElement)) return names;
  }
  throw new Error(`Tab does not come to ${last}`);
}

function nameOfFocused(): string {
  const element = document.activeElement;
  const labels = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
  const labelledBy = element?.getAttribute("aria-labelledby")?.split(" ") ?? [];
  const label = labelledBy.map((id) => document.getElementById(id)?.textContent).join(" ");
  const text = element?.getAttribute("aria-label") ?? (label || labels?.[0]?.textContent || element?.textContent);
  return (text ?? "").trim();
}
