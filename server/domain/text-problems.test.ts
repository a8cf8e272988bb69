import { describe, expect, it } from "vitest";
import { textProblem, textProblems } from "./text-problems";

describe("a text that can be kept", () => {
  it.each(["", "a fox", "🦊 in snow", "line\nand\ttab", "\u0001", "x".repeat(200_000)])("%#", (text) => {
    expect(textProblem(text)).toBeNull();
  });
});

describe("a text that cannot be kept", () => {
  it.each(["a\0fox", "a \ud800 fox", "\udc00", "🦊".slice(0, 1)])("%j", (text) => {
    expect(textProblem(text)).toBe("must be valid Unicode without NUL");
  });

  it("is found wherever it stands, and named by its path", () => {
    const value = { prompt: "a fox", note: "a\0b", rows: [{ id: "x" }, { id: "\ud800" }], n: 1, none: null };
    expect(textProblems(value).map(({ field }) => field)).toEqual(["note", "rows.1.id"]);
    expect(textProblems("\0")).toEqual([{ field: "body", rule: expect.stringMatching(/NUL/) }]);
    expect(textProblems({ deep: { "a\0": 1 } })).toEqual([
      { field: "deep", rule: expect.stringMatching(/field whose name must be valid/) },
    ]);
  });
});
