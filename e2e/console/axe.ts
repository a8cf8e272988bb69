import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright/test";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** What axe finds against WCAG 2.2 AA on the page as it stands, one line per element. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Through the debugger and not a script element, which the page's own policy refuses.
  await page.evaluate(await readFile(AXE, "utf8"));
  const violations = await page.evaluate(
    (tags) =>
      (globalThis as unknown as AxeWindow).axe.run(document, { runOnly: tags }).then((result) => result.violations),
    TAGS,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`),
  );
}

interface AxeWindow {
  axe: { run(root: Document, options: { runOnly: string[] }): Promise<{ violations: Violation[] }> };
}
