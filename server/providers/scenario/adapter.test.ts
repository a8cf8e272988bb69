import { describe, expect, it } from "vitest";
import { Secret } from "@/server/domain/secret";
import { ProviderError } from "@/server/errors";
import { HttpFailure } from "../http";
import { idle, inputImage, type Reply, recordingSend, type SentCall, txt2img } from "../test-kit";
import failure from "./__fixtures__/job-failure.json";
import success from "./__fixtures__/job-success.json";
import submitted from "./__fixtures__/submit-custom.json";
import { createScenarioProvider, type ScenarioOptions } from "./adapter";

const BASE = "https://api.example/v1";
const NO_MODELS = { txt2img: null, img2img: null, removeBackground: null };

function provider(reply: (call: SentCall) => Reply, changes: Partial<ScenarioOptions> = {}) {
  const own = recordingSend(reply);
  const elsewhere = recordingSend(reply);
  const made = createScenarioProvider({
    baseUrl: BASE,
    apiKey: new Secret("api-key-1"),
    secret: new Secret("very-secret-2"),
    api: "custom",
    projectId: null,
    models: NO_MODELS,
    send: own.send,
    sendElsewhere: elsewhere.send,
    now: () => Date.parse("2026-11-23T10:00:30Z"),
    ...changes,
  });
  return { made, calls: own.calls, elsewhere: elsewhere.calls };
}

const submitOptions = () => ({ ...idle(), attemptId: "attempt-1", webhookUrl: null, remainingMs: 60_000 });

async function failureOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!ProviderError.is(error)) throw new Error(`expected a ProviderError, got ${String(error)}`);
  return error;
}

describe("submit", () => {
  it("sends txt2img to the custom model, with Basic credentials, and keeps the quote", async () => {
    const { made, calls } = provider(() => ({ json: submitted }), { projectId: "proj_demo" });
    const result = await made.submit(txt2img(), submitOptions());
    expect(result).toEqual({ jobId: "job_7HxQ2", model: "model_bfl-flux-1-dev", quotedUnits: 10.75, warnings: [] });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.path).toBe("/v1/generate/custom/model_bfl-flux-1-dev?projectId=proj_demo");
    const basic = Buffer.from("api-key-1:very-secret-2").toString("base64");
    expect(calls[0]?.headers?.authorization).toBe(`Basic ${basic}`);
  });

  it.each([
    ["txt2img", "/v1/generate/txt2img"],
    ["img2img", "/v1/generate/img2img"],
    ["remove_background", "/v1/generate/remove-background"],
  ] as const)("legacy: %s goes to %s", async (operation, path) => {
    const { made, calls } = provider(
      (call) => (call.path.startsWith("/v1/assets") ? { json: { asset: { id: "asset_in" } } } : { json: submitted }),
      { api: "legacy" },
    );
    const image = operation === "txt2img" ? null : inputImage();
    await made.submit(txt2img({ operation, image }), submitOptions());
    expect(calls.at(-1)?.path).toBe(path);
    if (operation !== "remove_background") expect(calls.at(-1)?.json).toMatchObject({ modelId: "flux.1-dev" });
  });

  it("uploads an input picture first, as a data URL, and names the asset in the job", async () => {
    const { made, calls } = provider((call) =>
      call.path.startsWith("/v1/assets") ? { json: { asset: { id: "asset_in" } } } : { json: submitted },
    );
    await made.submit(txt2img({ operation: "img2img", image: inputImage(), strength: 0.6 }), submitOptions());
    expect(calls.map((call) => call.path)).toEqual(["/v1/assets", "/v1/generate/custom/model_bfl-flux-1-dev"]);
    expect(calls[0]?.json).toMatchObject({ image: expect.stringMatching(/^data:image\/png;base64,/) });
    expect(calls[1]?.json).toMatchObject({ image: "asset_in", strength: 0.6 });
  });

  it("uploads a large picture in parts, the part itself without credentials", async () => {
    const upload = { id: "up_1", parts: [{ number: 1, url: "https://bucket.example/part?sig=1" }] };
    let polls = 0;
    const { made, calls, elsewhere } = provider((call) => {
      if (call.path === "/v1/uploads") return { json: { upload } };
      if (call.path === "/v1/uploads/up_1/action") return { json: { upload: { id: "up_1", status: "validating" } } };
      if (call.path === "/v1/uploads/up_1") {
        polls += 1;
        return {
          json: { upload: { id: "up_1", status: polls < 2 ? "validated" : "imported", entityId: "asset_big" } },
        };
      }
      return { json: submitted };
    });
    const bytes = Buffer.alloc(3_500_001, 7);
    await made.submit(txt2img({ operation: "img2img", image: inputImage(bytes) }), submitOptions());
    expect(calls[0]?.json).toMatchObject({ fileSize: 3_500_001, kind: "image", parts: 1 });
    expect(elsewhere).toHaveLength(1);
    expect(elsewhere[0]).toMatchObject({ method: "PUT", url: "https://bucket.example/part?sig=1" });
    expect(Object.keys(elsewhere[0]?.headers ?? {})).not.toContain("authorization");
    expect(calls.at(-1)?.json).toMatchObject({ image: "asset_big" });
  });

  it("knows that a failed upload left no paid job, whatever broke", async () => {
    const { made } = provider(() => ({}), {
      send: async () => {
        throw new HttpFailure("broken", "the connection broke (ECONNRESET)", true);
      },
    });
    const upload = await failureOf(
      made.submit(txt2img({ operation: "img2img", image: inputImage() }), submitOptions()),
    );
    expect([upload.mode, upload.maybeSent]).toEqual(["provider_unavailable", false]);
    const paid = await failureOf(made.submit(txt2img(), submitOptions()));
    expect([paid.mode, paid.maybeSent]).toEqual(["provider_unavailable", true]);
  });

  // Read first 8: no code and no specification calls it `id`.
  it("does not take a job without jobId for submitted", async () => {
    const { made } = provider(() => ({ json: { job: { id: "job_1", status: "queued" } } }));
    expect(await failureOf(made.submit(txt2img(), submitOptions()))).toMatchObject({
      mode: "provider_unavailable",
      maybeSent: true,
    });
  });

  // Read first 2: 269 is a success status like any 2xx, not an error.
  it("takes 269 for an answer", async () => {
    const { made } = provider(() => ({ status: 269, json: submitted }));
    expect((await made.submit(txt2img(), submitOptions())).jobId).toBe("job_7HxQ2");
  });

  it.each([
    [400, { reason: "Input width must be at least 672" }, "invalid_request", false, false],
    [401, { message: "Unauthorized" }, "auth_failed", true, false],
    [402, {}, "auth_failed", true, false],
    [403, { message: "API Keys cannot access protected resources" }, "auth_failed", true, false],
    [404, { reason: "Model X not found" }, "model_not_found", false, false],
    [429, { reason: "cooldown", remainingSeconds: 9 }, "rate_limited", true, false],
    [500, { reason: "oops" }, "provider_unavailable", true, true],
    [502, "<html>Bad Gateway</html>", "provider_unavailable", true, true],
    [503, "<html>", "provider_unavailable", true, false],
    [504, "", "provider_unavailable", true, true],
    [302, "", "unknown", false, true],
  ] as const)("HTTP %i %o", async (status, body, mode, retryable, maybeSent) => {
    const reply = typeof body === "string" ? { status, text: body } : { status, json: body };
    const error = await failureOf(provider(() => reply).made.submit(txt2img(), submitOptions()));
    expect(error).toMatchObject({ mode, retryable, httpStatus: status, provider: "scenario" });
    if (status !== 302) expect(error.maybeSent).toBe(maybeSent);
  });

  it("gives Retry-After and the body's own wait", async () => {
    const byHeader = provider(() => ({ status: 429, headers: { "retry-after": "7" } }));
    expect((await failureOf(byHeader.made.submit(txt2img(), submitOptions()))).retryAfterMs).toBe(7_000);
    const byBody = provider(() => ({ status: 429, json: { reason: "cooldown", remainingSeconds: 9 } }));
    expect((await failureOf(byBody.made.submit(txt2img(), submitOptions()))).retryAfterMs).toBe(9_000);
  });

  it("keeps no credential in what it reports, and not more than 4 KB", async () => {
    const echo = `bad key very-secret-2 ${"x".repeat(20_000)}`;
    const error = await failureOf(
      provider(() => ({ status: 401, json: { message: echo } })).made.submit(txt2img(), submitOptions()),
    );
    expect(`${error.message}${error.raw}`).not.toContain("very-secret-2");
    expect(Buffer.byteLength(error.raw ?? "")).toBeLessThanOrEqual(4096);
  });
});

describe("check", () => {
  const assets = (call: SentCall): Reply => {
    if (call.path.startsWith("/v1/jobs/")) return { json: success };
    const id = call.path.includes("asset_a") ? "asset_a" : "asset_b";
    return {
      json: {
        asset: { id, url: `https://cdn.example/${id}?sig=x`, status: "success", outputIndex: id === "asset_a" ? 0 : 1 },
      },
    };
  };

  it("reads a finished job and its assets in their order", async () => {
    const state = await provider(assets).made.check("job_7HxQ2", idle());
    expect(state).toMatchObject({ phase: "succeeded", billedUnits: 10.75, timing: { warmingUpMs: 18_000 } });
    if (state.phase !== "succeeded") return;
    expect(state.images.map((image) => image.kind === "url" && image.url)).toEqual([
      "https://cdn.example/asset_a?sig=x",
      "https://cdn.example/asset_b?sig=x",
    ]);
  });

  it("reads a failed one with its mode and no cost", async () => {
    const state = await provider(() => ({ json: failure })).made.check("job_9", idle());
    expect(state).toMatchObject({
      phase: "failed",
      billedUnits: 0,
      error: { mode: "out_of_memory", retryable: false },
    });
  });

  it("keeps our credentials out of a failed job's words", async () => {
    const job = { jobId: "job_9", status: "failure", metadata: { error: "bad very-secret-2" } };
    const state = await provider(() => ({ json: { job } })).made.check("job_9", idle());
    expect(state).toMatchObject({ phase: "failed", error: { raw: "bad [secret]", message: "Scenario: bad [secret]" } });
  });

  it("calls an unknown job missing and lets other refusals be errors", async () => {
    const gone = provider(() => ({ status: 404, json: { reason: "Job job_x not found" } }));
    expect((await gone.made.check("job_x", idle())).phase).toBe("missing");
    const down = provider(() => ({ status: 500 }));
    expect((await failureOf(down.made.check("job_x", idle()))).mode).toBe("provider_unavailable");
  });

  it.each(["", "nonsense", "[]", '{"job":{}}', '{"job":{"jobId":1}}', "null", '\ufeff{"a":'])(
    "refuses the answer %j",
    async (text) => {
      const error = await failureOf(provider(() => ({ text })).made.check("job_x", idle()));
      expect(error).toMatchObject({ mode: "provider_unavailable", retryable: true });
    },
  );

  it("sends an id that holds slashes as one part of the path", async () => {
    const { made, calls } = provider(() => ({ status: 404 }));
    await made.check("../models?x=1", idle());
    expect(calls[0]?.path).toBe("/v1/jobs/..%2Fmodels%3Fx%3D1");
  });
});

describe("cancel", () => {
  // Read first 5: a custom job cannot be cancelled; it runs on and is billed.
  it("says that a custom job was not cancelled, and why", async () => {
    const reason = "Cannot cancel this type of job. Action not permitted.";
    const result = await provider(() => ({ status: 400, json: { reason } })).made.cancel("job_1", idle());
    expect(result).toEqual({ cancelled: false, reason: `Scenario: ${reason}` });
  });

  it("takes an inference job's cancel although the answer still says in-progress", async () => {
    const { made, calls } = provider(() => ({ json: { job: { jobId: "job_1", status: "in-progress" } } }));
    expect(await made.cancel("job_1", idle())).toEqual({ cancelled: true, reason: null });
    expect(calls[0]).toMatchObject({ path: "/v1/jobs/job_1/action", json: { action: "cancel" } });
  });

  it("does not call a finished job cancelled", async () => {
    const { made } = provider(() => ({ json: { job: { jobId: "job_1", status: "success" } } }));
    expect(await made.cancel("job_1", idle())).toMatchObject({ cancelled: false });
  });
});

describe("find", () => {
  const listed = (jobId: string, seed: number, createdAt: string) => ({
    jobId,
    status: "queued",
    createdAt,
    metadata: { input: { seed, prompt: "a red fox in snow" } },
  });

  it("finds a job by seed and prompt over pages, and ignores older ones", async () => {
    const { made, calls } = provider((call) =>
      call.path.includes("paginationToken=p2")
        ? { json: { jobs: [listed("job_mine", 42, "2026-11-23T10:00:01Z")] } }
        : { json: { jobs: [listed("job_other", 1, "2026-11-23T10:00:02Z")], nextPaginationToken: "p2" } },
    );
    expect(await made.find?.(txt2img(), Date.parse("2026-11-23T10:00:00Z"), idle())).toBe("job_mine");
    expect(calls).toHaveLength(2);
    const old = provider(() => ({
      json: { jobs: [listed("job_old", 42, "2026-11-23T09:00:00Z")], nextPaginationToken: "p" },
    }));
    expect(await old.made.find?.(txt2img(), Date.parse("2026-11-23T10:00:00Z"), idle())).toBeNull();
    expect(old.calls).toHaveLength(1);
  });

  it("does not answer 'none' for a job that it cannot look for", async () => {
    const request = txt2img({ operation: "remove_background", prompt: null, seed: null, image: inputImage() });
    const { made } = provider(() => ({ json: { jobs: [] } }));
    expect(await failureOf(made.find?.(request, 0, idle()) ?? Promise.resolve())).toMatchObject({ retryable: false });
  });
});

describe("download and probe", () => {
  it("reads the signed address unchanged and without credentials", async () => {
    const { made, calls, elsewhere } = provider(() => ({ text: "bytes" }));
    const url = "https://cdn.example/a.png?Policy=x&Signature=y~z";
    const bytes = await made.download({ index: 0, kind: "url", url }, { ...idle(), maxBytes: 100 });
    expect(Buffer.from(bytes).toString()).toBe("bytes");
    expect(calls).toHaveLength(0);
    expect(elsewhere[0]?.url).toBe(url);
    expect(elsewhere[0]?.headers).toBeUndefined();
  });

  it("calls an expired address bad output, worth another look", async () => {
    const { made } = provider(() => ({ status: 403 }));
    const error = await failureOf(
      made.download({ index: 0, kind: "url", url: "https://c.example/a" }, { ...idle(), maxBytes: 9 }),
    );
    expect(error).toMatchObject({ mode: "bad_output", retryable: true });
  });

  it("probes with the cheapest call and explains a refusal", async () => {
    const good = provider(() => ({ json: { models: [] } }));
    expect(await good.made.probe(idle())).toMatchObject({ ok: true, problem: null });
    expect(good.calls[0]?.path).toBe("/v1/models?pageSize=1");
    const bad = provider(() => ({ status: 401, json: { message: "Unauthorized" } }));
    expect(await bad.made.probe(idle())).toMatchObject({ ok: false, problem: "Scenario: Unauthorized" });
  });
});
