import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { inputImage, txt2img } from "../test-kit";
import failure from "./__fixtures__/job-failure.json";
import success from "./__fixtures__/job-success.json";
import { explainRefusal, jobFailureReading } from "./failures";
import { assetAnswerSchema, jobAnswerSchema, type ScenarioJob } from "./schemas";
import {
  billedUnits,
  isJobOf,
  NEGATIVE_PROMPT_IGNORED,
  toCustomBody,
  toLegacyBody,
  toSucceeded,
  toTiming,
  toUnfinishedState as toUnfinishedStateOf,
} from "./transform";

const finished = jobAnswerSchema.parse(success).job;
const failed = jobAnswerSchema.parse(failure).job;
const toUnfinishedState = (of: ScenarioJob) => toUnfinishedStateOf(of, (text) => text);
const job = (changes: Partial<ScenarioJob>): ScenarioJob => ({ ...finished, ...changes });

describe("bodies", () => {
  it("custom: numOutputs and a numeric seed, size and steps always said", () => {
    expect(toCustomBody(txt2img({ width: null, height: null, count: 2 }), null)).toEqual({
      body: {
        prompt: "a red fox in snow",
        width: 1024,
        height: 1024,
        numOutputs: 2,
        numInferenceSteps: 28,
        guidance: 3.5,
        seed: 42,
      },
      warnings: [],
    });
  });

  it("custom: an input picture makes it img2img, in the picture's shape and a bounded size", () => {
    const request = txt2img({ operation: "img2img", width: null, height: null, image: inputImage() });
    const { body } = toCustomBody(request, "asset_1");
    expect(body).toMatchObject({ image: "asset_1", strength: 0.8, width: 1248, height: 832 });
  });

  it("custom: a negative prompt is said to be left out, never sent", () => {
    const { body, warnings } = toCustomBody(txt2img({ negativePrompt: "blurry" }), null);
    expect(warnings).toEqual([NEGATIVE_PROMPT_IGNORED]);
    expect(Object.keys(body)).not.toContain("negativePrompt");
  });

  // Read first 3: left out, numSamples is four, and four are billed.
  it("legacy: numSamples is explicit, the seed a string, the model in the body", () => {
    const { body } = toLegacyBody(txt2img({ negativePrompt: "blurry" }), "flux.1-dev", null);
    expect(body).toMatchObject({ modelId: "flux.1-dev", numSamples: 1, seed: "42", negativePrompt: "blurry" });
    expect(body.negativePromptStrength).toBeGreaterThan(0);
  });

  it("background removal has no size, no prompt and no seed", () => {
    const request = txt2img({ operation: "remove_background", prompt: null, seed: null, image: inputImage() });
    expect(toCustomBody(request, "asset_1").body).toEqual({ image: "asset_1" });
    expect(toLegacyBody(request, "remove-background", "asset_1").body).toEqual({ image: "asset_1", format: "png" });
  });
});

describe("timing from the status history", () => {
  it("gives delay, run and warm-up", () => {
    expect(toTiming(finished)).toEqual({
      delayMs: 19_000,
      executionMs: 8_000,
      warmingUpMs: 18_000,
      workerId: null,
      retries: null,
    });
  });

  it("says 0 for a history without a warm-up and null for none at all", () => {
    expect(toTiming(failed)).toMatchObject({ warmingUpMs: 0, delayMs: 2_000, executionMs: 3_500 });
    const nothing = { delayMs: null, executionMs: null, warmingUpMs: null };
    expect(toTiming(job({ statusHistory: null }))).toMatchObject(nothing);
    expect(toTiming(job({ statusHistory: [{ status: "in-progress", date: "yesterday" }] }))).toMatchObject(nothing);
  });

  it("does not call an unfinished warm-up short", () => {
    const statusHistory = finished.statusHistory?.slice(0, 2);
    expect(toTiming(job({ status: "warming-up", statusHistory })).warmingUpMs).toBeNull();
  });
});

describe("money", () => {
  // Read first 6.
  it("bills cuCost plus its details, without a rounding tail", () => {
    expect(billedUnits(finished)).toBe(10.75);
    expect(billedUnits(job({ billing: { cuCost: 0.1, cuCostDetails: { a: 0.2 } } }))).toBe(0.3);
  });

  it("is null without billing: missing is not zero", () => {
    expect(billedUnits(job({ billing: null }))).toBeNull();
    expect(billedUnits(job({ billing: { cuCostDetails: { a: 1 } } }))).toBeNull();
  });

  it("does not report a failed job's kept charge as spent", () => {
    expect(toUnfinishedState(failed)).toMatchObject({ phase: "failed", billedUnits: 0 });
  });
});

describe("states", () => {
  it.each([
    ["pending", { phase: "queued", workerStarting: false }],
    ["queued", { phase: "queued", workerStarting: false }],
    ["warming-up", { phase: "queued", workerStarting: true }],
    ["in-progress", { phase: "running" }],
    ["finalizing", { phase: "running" }],
    // Read first 4: `failure`, not `failed`; `canceled` with one l. The older spellings end a job as well.
    ["failure", { phase: "failed" }],
    ["failed", { phase: "failed" }],
    ["canceled", { phase: "cancelled" }],
    ["cancelled", { phase: "cancelled" }],
    // The contract asks for tolerance of new intermediate words; the deadline bounds them.
    ["polishing", { phase: "running" }],
  ])("%s", (status, expected) => {
    expect(toUnfinishedState(job({ status }))).toMatchObject(expected);
  });

  const asset = (id: string, changes: Record<string, unknown>) =>
    assetAnswerSchema.parse({ asset: { id, url: `https://cdn.example/${id}`, status: "success", ...changes } }).asset;

  it("sorts assets by outputIndex and prefers the untransformed file", () => {
    const state = toSucceeded(finished, [
      asset("b", { outputIndex: 1 }),
      asset("a", { outputIndex: 0, originalFileUrl: "https://cdn.example/a-original" }),
    ]);
    expect(state).toMatchObject({
      phase: "succeeded",
      billedUnits: 10.75,
      images: [
        { index: 0, kind: "url", url: "https://cdn.example/a-original" },
        { index: 1, kind: "url", url: "https://cdn.example/b" },
      ],
    });
  });

  it("waits for an asset that is not ready", () => {
    expect(toSucceeded(finished, [asset("a", { status: "pending" })])).toBeNull();
  });

  it("is bad_output, still billed, when a success has no usable picture", () => {
    for (const assets of [[], [asset("a", { status: "error" })], [asset("a", { url: null })]]) {
      const state = toSucceeded(finished, assets);
      expect(state).toMatchObject({
        phase: "failed",
        billedUnits: 10.75,
        error: { mode: "bad_output", retryable: true },
      });
    }
  });

  it("keeps what came when a part is lost, and says so", () => {
    const state = toSucceeded(finished, [asset("a", {}), asset("b", { status: "error" })]);
    expect(state).toMatchObject({ phase: "succeeded", warnings: ["1 of 2 assets cannot be read"] });
  });
});

describe("failure texts", () => {
  it.each([
    ["CUDA out of memory", "out_of_memory", false],
    ["Your prompt was flagged as unsafe", "content_rejected", false],
    ["Blocked by moderation", "content_rejected", false],
    ["NSFW content detected", "content_rejected", false],
    ["Model model_x not found", "model_not_found", false],
    ["Inference timed out", "timeout", true],
    ["Something odd", "unknown", true],
    [null, "unknown", true],
  ] as const)("job: %s → %s", (text, mode, retryable) => {
    const reading = jobFailureReading(text);
    expect(reading.mode).toBe(mode);
    const state = toUnfinishedState(job({ status: "failure", metadata: { error: text } }));
    expect(state).toMatchObject({ phase: "failed", error: { mode, retryable } });
  });

  it.each([
    [400, { reason: "Input lorasScale must be at most 2" }, undefined, "Input lorasScale must be at most 2"],
    [400, { reason: "Invalid model(s): x\nAllowed model types: y" }, "model_not_found", "Invalid model(s): x"],
    [400, { reason: "Custom models only are supported for this endpoint" }, "model_not_found", "Custom models only"],
    [400, { reason: "Prompt rejected by moderation" }, "content_rejected", "moderation"],
    [404, { reason: "Model X not found" }, "model_not_found", "Model X not found"],
    [401, { message: "Unauthorized" }, undefined, "Unauthorized"],
    [403, { message: "API Keys cannot access protected resources" }, undefined, "API Keys cannot"],
    [403, { name: "ModelAccessRestrictedError", requiredPlan: "cu-pro-q3-25" }, "auth_failed", "cu-pro-q3-25"],
    [429, { reason: "cooldown", remainingSeconds: 900 }, "rate_limited", "cooldown"],
    [429, { details: { actionName: "custom", actionLimit: 4 } }, "rate_limited", "limit of 4 custom jobs"],
  ] as const)("refusal %i %o", (status, body, mode, words) => {
    const reading = explainRefusal(status, body);
    expect(reading?.mode).toBe(mode);
    expect(reading?.message).toContain(words);
  });

  it("caps a cool-down's wait at a minute", () => {
    expect(explainRefusal(429, { reason: "cooldown", remainingSeconds: 900 })?.retryAfterMs).toBe(60_000);
  });
});

describe("finding a job again", () => {
  it("needs our seed and the prompt", () => {
    const listed = job({ metadata: { input: { seed: 42, prompt: "a red fox in snow" }, error: null } });
    expect(isJobOf(listed, txt2img())).toBe(true);
    expect(
      isJobOf(job({ metadata: { input: { seed: "42", prompt: "a red fox in snow" }, error: null } }), txt2img()),
    ).toBe(true);
    expect(isJobOf(listed, txt2img({ seed: 43 }))).toBe(false);
    expect(isJobOf(listed, txt2img({ prompt: "a blue fox" }))).toBe(false);
    expect(isJobOf(listed, txt2img({ seed: null }))).toBe(false);
  });
});

// F30: whatever arrives, an answer is a state or a refused form, never a crash.
it("reads any JSON without throwing", () => {
  const anyJob = fc.record(
    {
      jobId: fc.string({ minLength: 1 }),
      status: fc.oneof(fc.constantFrom("success", "failure", "queued", "warming-up"), fc.string()),
      statusHistory: fc.oneof(fc.array(fc.record({ status: fc.string(), date: fc.string() })), fc.jsonValue()),
      metadata: fc.jsonValue(),
      billing: fc.oneof(
        fc.record({ cuCost: fc.double(), cuCostDetails: fc.dictionary(fc.string(), fc.double()) }),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: ["jobId", "status"] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.record({ job: anyJob }), fc.jsonValue()), (body) => {
      const parsed = jobAnswerSchema.safeParse(body);
      if (!parsed.success) return;
      const state = toUnfinishedState(parsed.data.job);
      if (state.phase === "failed") expect(FAILURE_MODES).toContain(state.error.mode);
      toSucceeded(parsed.data.job, []);
    }),
    { numRuns: 3_000 },
  );
});
