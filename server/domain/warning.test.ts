import { expect, it } from "vitest";
import { type FindingLevel, type OpenWarning, stepWarning } from "./warning";

/** What is told of, look by look; "." is nothing found, "w" a watch, "b" a breach. */
function told(looks: string): string[] {
  const levels: Record<string, FindingLevel | undefined> = { w: "watch", b: "breach" };
  let open: OpenWarning | null = null;
  return [...looks].flatMap((look, index) => {
    const level = levels[look];
    const step = stepWarning(open, level === undefined ? null : { level });
    open = step?.kind === "keep" ? step.warning : null;
    if (step?.kind === "resolve") return [`${index + 1} resolved`];
    return step?.kind === "keep" && step.event !== null ? [`${index + 1} ${step.event}`] : [];
  });
}

it.each<[string, string, string[]]>([
  ["nothing", "....", []],
  ["a moment", "w.w.ww.", []],
  ["what lasts", "wwwwww", ["3 fired"]],
  ["what comes and goes, as one", "www.w..w...w", ["3 fired"]],
  ["the end, once it has stayed away", "www.....", ["3 fired", "8 resolved"]],
  ["a second time after its end", "www.....bbb", ["3 fired", "8 resolved", "11 fired"]],
  ["what grows worse", "wwwbbb", ["3 fired", "6 worse"]],
  ["a moment in which it is worse", "wwwbbwbbww", ["3 fired"]],
  ["what grows better, in silence", "bbbwwww", ["3 fired"]],
])("tells of %s", (_name, looks, expected) => {
  expect(told(looks)).toEqual(expected);
});
