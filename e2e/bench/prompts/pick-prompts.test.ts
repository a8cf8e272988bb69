import { describe, expect, it } from "vitest";
import { pickPrompts, readPrompts } from "./pick-prompts";

describe("prompts for the evaluation", () => {
  it("come from their column, once each", () => {
    expect(readPrompts("Prompt\tCategory\r\na fox\tAnimals\r\n\r\na fox\tAnimals\r\nNaïve\tArt\r\n")).toEqual([
      "a fox",
      "Naïve",
    ]);
    expect(() => readPrompts("Text\na fox")).toThrow(/no column Prompt/);
  });

  it("hold every odd kind, no prompt twice, and as many as were asked for", () => {
    const plain = Array.from({ length: 200 }, (_, index) => `a plain prompt number ${index}`);
    const picked = pickPrompts([...plain, "x ".repeat(300).trim(), "peace", "狐", "café au lait"], 50);
    expect(picked).toHaveLength(50);
    expect(new Set(picked.map(({ text }) => text)).size).toBe(50);
    const texts = picked.map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining(["peace", "狐", "café au lait"]));
    expect(picked[0]).toMatchObject({ why: "longest" });
  });
});
