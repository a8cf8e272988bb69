import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type GenerationParams,
  generationParamsSchema,
  imageInputSchema,
  limitProblems,
  operationProblems,
  PROVIDER_LIMITS,
} from "./generation-request";
import { OPERATIONS, PROVIDER_IDS } from "./vocabulary";

const parse = (body: unknown) => generationParamsSchema.safeParse(body);
const params = (changes: Partial<GenerationParams> = {}): GenerationParams =>
  generationParamsSchema.parse({ operation: "txt2img", prompt: "a red fox", ...changes });

/** Field and message of the first thing wrong. */
function firstProblem(body: unknown): string {
  const issue = parse(body).error?.issues[0];
  return issue ? `${issue.path.join(".")} ${issue.message}` : "nothing";
}

describe("generationParamsSchema", () => {
  it("fills in what a caller left open", () => {
    expect(parse({ operation: "txt2img", prompt: "a fox" }).data).toEqual({
      operation: "txt2img",
      prompt: "a fox",
      negativePrompt: null,
      width: null,
      height: null,
      steps: null,
      guidance: null,
      seed: null,
      strength: null,
      count: 1,
    });
  });

  it.each([
    [{ operation: "upscale", prompt: "x" }, "operation must be one of txt2img, img2img, remove_background"],
    [{ operation: "txt2img", prompt: "" }, "prompt must not be empty"],
    [{ operation: "txt2img", prompt: " \n\t" }, "prompt must not be empty"],
    [{ operation: "txt2img", prompt: 7 }, "prompt must be a text"],
    [{ operation: "txt2img", prompt: "x", width: 0 }, "width"],
    [{ operation: "txt2img", prompt: "x", width: 512.5 }, "width must be a whole number of pixels"],
    [{ operation: "txt2img", prompt: "x", seed: -1 }, "seed must be at least 0"],
    [{ operation: "txt2img", prompt: "x", seed: 2 ** 53 }, "seed"],
    [{ operation: "txt2img", prompt: "x", steps: 0 }, "steps must be at least 1"],
    [{ operation: "txt2img", prompt: "x", guidance: -0.1 }, "guidance must be at least 0"],
    [{ operation: "img2img", prompt: "x", strength: 0 }, "strength must be at least 0.01"],
    [{ operation: "img2img", prompt: "x", strength: 1.01 }, "strength must be at most 1"],
    [{ operation: "txt2img", prompt: "x", count: 0 }, "count must be at least 1"],
    [{ operation: "txt2img", prompt: "x", count: 5 }, "count must be at most 4"],
    [{ operation: "txt2img", prompt: "x", numSamples: 4 }, "numSamples"],
    [{}, "operation"],
    [null, ""],
  ])("refuses %j and says: %s", (body, words) => {
    expect(parse(body).success).toBe(false);
    expect(`${firstProblem(body)} ${JSON.stringify(parse(body).error?.issues)}`).toContain(words);
  });

  it("accepts or refuses anything at all, without throwing", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const result = parse(body);
        if (result.success) expect(OPERATIONS).toContain(result.data.operation);
      }),
    );
  });

  it("changes nothing when it reads its own answer again", () => {
    const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
    const valid = fc.record({
      operation: fc.constantFrom(...OPERATIONS),
      prompt: nullable(fc.string({ minLength: 1 }).filter((text) => text.trim() !== "")),
      width: nullable(fc.integer({ min: 1, max: 4096 })),
      seed: nullable(fc.nat()),
      strength: nullable(fc.double({ min: 0.01, max: 1, noNaN: true })),
      count: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(valid, (body) => {
        const once = generationParamsSchema.parse(body);
        expect(generationParamsSchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
      }),
    );
  });
});

describe("imageInputSchema", () => {
  it.each([
    [{ base64: "aGk=" }, true],
    [{ url: "https://example.com/a.png" }, true],
    [{ url: "not a url" }, false],
    [{ base64: "" }, false],
    [{ base64: "aGk=", url: "https://example.com/a.png" }, false],
    ["https://example.com/a.png", false],
  ])("%j: %s", (input, accepted) => {
    expect(imageInputSchema.safeParse(input).success).toBe(accepted);
  });
});

describe("operationProblems", () => {
  const fields = (given: GenerationParams, hasImage: boolean) =>
    operationProblems(given, hasImage).map((problem) => problem.field);

  it.each([
    [params(), false, []],
    [params({ prompt: null }), false, ["prompt"]],
    [params(), true, ["image"]],
    [params({ operation: "img2img" }), true, []],
    [params({ operation: "img2img" }), false, ["image"]],
    [params({ strength: 0.5 }), false, ["strength"]],
    [params({ width: 512 }), false, ["height"]],
    [params({ height: 512 }), false, ["width"]],
    [params({ operation: "remove_background", prompt: null }), true, []],
    [params({ operation: "remove_background" }), true, ["prompt"]],
    [params({ operation: "remove_background", prompt: null, seed: 1, count: 2 }), true, ["seed", "count"]],
  ] as const)("%j with an image: %s", (given, hasImage, expected) => {
    expect(fields(given, hasImage)).toEqual(expected);
  });
});

describe("limitProblems", () => {
  it.each(PROVIDER_IDS)("accepts every limit of %s itself and refuses one step beyond", (provider) => {
    const limits = PROVIDER_LIMITS[provider];
    const atLimit = params({
      prompt: "x".repeat(limits.promptMaxChars),
      width: limits.sizeMax,
      height: limits.sizeMin,
      steps: limits.stepsMax,
      guidance: limits.guidanceMax,
      seed: limits.seedMax,
    });
    expect(limitProblems(atLimit, provider)).toEqual([]);
    const beyond: [keyof GenerationParams, GenerationParams][] = [
      ["prompt", { ...atLimit, prompt: "x".repeat(limits.promptMaxChars + 1) }],
      ["width", { ...atLimit, width: limits.sizeMax + limits.sizeStep }],
      ["width", { ...atLimit, width: limits.sizeMax - 1 }],
      ["height", { ...atLimit, height: limits.sizeMin - limits.sizeStep }],
      ["steps", { ...atLimit, steps: limits.stepsMax + 1 }],
      ["guidance", { ...atLimit, guidance: limits.guidanceMax + 0.1 }],
      ["seed", { ...atLimit, seed: limits.seedMax + 1 }],
    ];
    for (const [field, given] of beyond) {
      expect(limitProblems(given, provider).map((problem) => problem.field)).toEqual([field]);
    }
  });

  it("names the provider, the rule and what was given", () => {
    expect(limitProblems(params({ width: 500, height: 512 }), "scenario")).toEqual([
      { field: "width", rule: "must be from 128 to 2048 and a multiple of 16 for Scenario, not 500" },
    ]);
  });
});
