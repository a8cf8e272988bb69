import { describe, expect, it } from "vitest";
import { Secret } from "@/server/domain/secret";
import { ProviderError } from "@/server/errors";
import { HttpFailure } from "../http";
import { idle, inputImage, type Reply, recordingSend, type SentCall, txt2img } from "../test-kit";
import completed from "./__fixtures__/completed.json";
import { type ComfyuiOptions, createComfyuiProvider } from "./adapter";

function provider(reply: (call: SentCall) => Reply, changes: Partial<ComfyuiOptions> = {}) {
  const own = recordingSend(reply);
  const elsewhere = recordingSend(reply);
  const made = createComfyuiProvider({
    baseUrl: "https://api.example/v2",
    endpointId: "ep1",
    apiKey: new Secret("rp-secret"),
    checkpoint: "flux1-dev-fp8.safetensors",
    backgroundRemoval: "none",
    workflows: {},
    send: own.send,
    sendElsewhere: elsewhere.send,
    now: () => 0,
    ...changes,
  });
  return { made, calls: own.calls, elsewhere: elsewhere.calls };
}

const accepted = () => ({ json: { id: "job-u1", status: "IN_QUEUE" } });
const options = (changes: object = {}) => ({
  ...idle(),
  attemptId: "attempt-1",
  webhookUrl: null,
  remainingMs: 60_000,
  ...changes,
});

async function failureOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!ProviderError.is(error)) throw new Error(`expected a ProviderError, got ${String(error)}`);
  return error;
}

describe("submit", () => {
  it("runs the workflow on the job plane with the deadline as the job's own", async () => {
    const { made, calls } = provider(accepted);
    const webhookUrl = "https://console.example/hooks/token";
    expect(await made.submit(txt2img(), options({ webhookUrl }))).toEqual({
      jobId: "job-u1",
      model: "flux1-dev-fp8.safetensors",
      quotedUnits: null,
      warnings: [],
    });
    expect(calls[0]?.path).toBe("/v2/ep1/run");
    expect(calls[0]?.headers?.authorization).toBe("Bearer rp-secret");
    expect(calls[0]?.json).toMatchObject({
      webhook: webhookUrl,
      policy: { executionTimeout: 60_000, ttl: 70_000 },
      input: { workflow: { "30": { inputs: { ckpt_name: "flux1-dev-fp8.safetensors" } } } },
    });
  });

  it("stays within RunPod's bounds of a policy, however little or much time is left", async () => {
    const { made, calls } = provider(accepted);
    await made.submit(txt2img(), options({ remainingMs: -20_000 }));
    await made.submit(txt2img(), options({ remainingMs: 30 * 86_400_000 }));
    expect(calls[0]?.json).toMatchObject({ policy: { executionTimeout: 5_000, ttl: 10_000 } });
    expect(calls[1]?.json).toMatchObject({ policy: { executionTimeout: 604_800_000, ttl: 604_800_000 } });
  });

  it("names files by attempt, so that neither an input nor a cached result is another job's", async () => {
    const { made, calls } = provider(accepted);
    const request = txt2img({ operation: "img2img", image: inputImage(Buffer.from("picture")) });
    await made.submit(request, options({ attemptId: "one" }));
    await made.submit(request, options({ attemptId: "two" }));
    expect(calls[0]?.json).toMatchObject({
      input: {
        images: [{ name: "one.png", image: Buffer.from("picture").toString("base64") }],
        workflow: { "40": { inputs: { image: "one.png" } }, "9": { inputs: { filename_prefix: "switchyard-one" } } },
      },
    });
    expect(JSON.stringify(calls[1]?.json)).not.toContain("one.png");
  });

  it("warns of a negative prompt instead of dropping it in silence", async () => {
    const { warnings } = await provider(accepted).made.submit(txt2img({ negativePrompt: "blurry" }), options());
    expect(warnings).toEqual(["this workflow takes no negative prompt; it is left out"]);
  });

  it("refuses a body above 10 MiB before it is sent", async () => {
    const { made, calls } = provider(accepted);
    const request = txt2img({ operation: "img2img", image: inputImage(Buffer.alloc(8 * 1024 * 1024)) });
    const error = await failureOf(made.submit(request, options()));
    expect(error).toMatchObject({ mode: "invalid_request", retryable: false, maybeSent: false });
    expect(error.message).toContain("image");
    expect(calls).toHaveLength(0);
  });

  it("does not try background removal where the image has no nodes for it", async () => {
    const { made, calls } = provider(accepted);
    const request = txt2img({ operation: "remove_background", prompt: null, seed: null, image: inputImage() });
    expect(made.unavailable("remove_background")).toBe("the endpoint's image has no background-removal nodes");
    expect(made.unavailable("txt2img")).toBeNull();
    expect(await failureOf(made.submit(request, options()))).toMatchObject({ maybeSent: false });
    expect(calls).toHaveLength(0);
    const able = provider(accepted, { backgroundRemoval: "core" });
    expect(able.made.unavailable("remove_background")).toBeNull();
    expect((await able.made.submit(request, options())).model).toBe(able.made.modelFor("remove_background"));
  });

  it.each([
    [400, { detail: "bad request: body: exceeded max body size of 10MiB" }, "invalid_request", false, false],
    [401, { detail: "invalid api key" }, "auth_failed", true, false],
    [402, {}, "auth_failed", true, false],
    [403, { error: "forbidden" }, "auth_failed", true, false],
    [404, {}, "provider_unavailable", false, false],
    [429, { status: 429, title: "Too Many Requests" }, "rate_limited", true, false],
    [500, { error: "x" }, "provider_unavailable", true, true],
    [502, "<html></html>", "provider_unavailable", true, true],
    [503, {}, "provider_unavailable", true, false],
  ] as const)("HTTP %i %j", async (status, body, mode, retryable, maybeSent) => {
    const reply = typeof body === "string" ? { status, text: body } : { status, json: body };
    const error = await failureOf(provider(() => reply).made.submit(txt2img(), options()));
    expect(error).toMatchObject({ mode, retryable, maybeSent, httpStatus: status });
  });

  it("knows what a network failure leaves in doubt", async () => {
    for (const maybeSent of [true, false]) {
      const { made } = provider(accepted, {
        send: async () => {
          throw new HttpFailure("timeout", "silent for 10000 ms", maybeSent);
        },
      });
      expect(await failureOf(made.submit(txt2img(), options()))).toMatchObject({ mode: "timeout", maybeSent });
    }
  });

  it("leaves an unreadable acceptance in doubt", async () => {
    for (const text of ["", "{}", '{"id":""}', '{"id":7}', "<html>"]) {
      const error = await failureOf(provider(() => ({ text })).made.submit(txt2img(), options()));
      expect(error).toMatchObject({ mode: "provider_unavailable", maybeSent: true });
    }
  });
});

describe("check, cancel, health", () => {
  it("reads a job, and a 404 as missing", async () => {
    const { made, calls } = provider(() => ({ json: completed }));
    expect(await made.check("job-u1", idle())).toMatchObject({ phase: "succeeded", timing: { delayMs: 41_212 } });
    expect(calls[0]?.path).toBe("/v2/ep1/status/job-u1");
    expect((await provider(() => ({ status: 404 })).made.check("x", idle())).phase).toBe("missing");
  });

  it("keeps the key out of a job's own words", async () => {
    const { made } = provider(() => ({ json: { id: "x", status: "FAILED", error: "leaked rp-secret here" } }));
    const state = await made.check("x", idle());
    expect(state).toMatchObject({ phase: "failed", error: { raw: "leaked [secret] here" } });
  });

  it("does not show the key in a failed job's message", async () => {
    const { made } = provider(() => ({ json: { id: "x", status: "FAILED", error: "leaked rp-secret here" } }));
    const state = await made.check("x", idle());
    if (state.phase !== "failed") throw new Error("expected a failure");
    expect(state.error.message).not.toContain("rp-secret");
  });

  it("takes only the word CANCELLED for a cancel", async () => {
    const cancel = (reply: Reply) => provider(() => reply).made.cancel("x", idle());
    expect(await cancel({ json: { id: "x", status: "CANCELLED" } })).toEqual({ cancelled: true, reason: null });
    expect(await cancel({ json: { id: "x", status: "COMPLETED" } })).toMatchObject({ cancelled: false });
    for (const status of [400, 404]) expect(await cancel({ status })).toMatchObject({ cancelled: false });
    expect(await failureOf(cancel({ status: 500 }))).toMatchObject({ mode: "provider_unavailable" });
  });

  it("counts workers and probes through /health", async () => {
    const { made, calls } = provider(() => ({ json: { workers: { throttled: 1 }, jobs: { inQueue: 2 } } }));
    expect(await made.workers?.(idle())).toMatchObject({ throttled: 1, jobsInQueue: 2, unhealthy: 0 });
    expect(await made.probe(idle())).toMatchObject({ ok: true, checkedWhat: "GET /health" });
    expect(calls.map((call) => call.path)).toEqual(["/v2/ep1/health", "/v2/ep1/health"]);
    const refused = provider(() => ({ status: 401, json: { detail: "invalid api key" } }));
    expect(await refused.made.probe(idle())).toMatchObject({ ok: false, problem: "ComfyUI: invalid api key" });
  });

  it("fetches addresses from answers elsewhere and without the key", async () => {
    const { made, calls, elsewhere } = provider(() => ({ text: "bytes" }));
    const output = { index: 0, kind: "url" as const, url: "https://bucket.example/a.png" };
    await made.download(output, { ...idle(), maxBytes: 10 });
    expect([calls.length, elsewhere[0]?.headers]).toEqual([0, undefined]);
    const large = { index: 0, kind: "bytes" as const, bytes: Buffer.alloc(11) };
    expect(await failureOf(made.download(large, { ...idle(), maxBytes: 10 }))).toMatchObject({
      mode: "bad_output",
      retryable: false,
    });
  });
});
