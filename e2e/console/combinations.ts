import type { Page } from "playwright/test";

/** How a page is looked at and worked: a width, a theme, and one way to give it orders. */
export interface Combination {
  width: 1440 | 390;
  theme: "light" | "dark";
  by: "mouse" | "keyboard";
}

export const nameOf = ({ width, theme, by }: Combination) => `${width} ${theme} ${by}`;

const EVERY: readonly Combination[] = ([1440, 390] as const).flatMap((width) =>
  (["light", "dark"] as const).flatMap((theme) =>
    (["mouse", "keyboard"] as const).map((by): Combination => ({ width, theme, by })),
  ),
);

/** The named ones, of which the three pages together show every value; all eight with ALL_COMBINATIONS=1. */
export function combinations(usual: readonly string[]): Combination[] {
  const known = EVERY.map(nameOf);
  for (const name of usual) if (!known.includes(name)) throw new Error(`no combination is named ${name}`);
  return EVERY.filter((combination) => process.env.ALL_COMBINATIONS === "1" || usual.includes(nameOf(combination)));
}

/** Told by the page of every order of the other kind. */
const WATCH_ORDERS = `
  const note = (event) => { if (event.isTrusted) window.noteOrder(event.type); };
  for (const type of ["pointerdown", "mousedown", "touchstart", "keydown"]) window.addEventListener(type, note, true);`;

/**
 * Gives the page its size and theme. The answer lists every order that was not given by `by`: it stays empty in a walk
 * that keeps to its way. Words that go into a field arrive without keys, so typing is not among them.
 */
export async function lookAs(page: Page, { width, theme, by }: Combination): Promise<{ foreign: string[] }> {
  const foreign: string[] = [];
  await page.exposeFunction("noteOrder", (type: string) => {
    if ((type === "keydown") !== (by === "keyboard")) foreign.push(type);
  });
  await page.addInitScript(WATCH_ORDERS);
  await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
  await page.emulateMedia({ colorScheme: theme });
  return { foreign };
}
