import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Secret } from "@/server/domain/secret";
import type { Operation } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { createProviders, type ProviderRegistry } from "./registry";
import { PROVIDER_DEFAULTS, type ScenarioApi } from "./settings";
import { idle, txt2img } from "./test-kit";
import type { ImageProvider, InputImage, JobState, ProviderRequest } from "./types";

/** Both adapters against the sandbox's servers, which were written from the same contracts by other hands. */
const announcement = z.object({
  urls: z.object({ runpodJobs: z.string(), runpodManagement: z.string(), scenario: z.string(), control: z.string() }),
  credentials: z.object({
    runpodApiKey: z.string(),
    endpointId: z.string(),
    scenarioApiKey: z.string(),
    scenarioSecret: z.string(),
  }),
});

let child: ChildProcess;
let sandbox: z.infer<typeof announcement>;
let registry: ProviderRegistry;
let photo: InputImage;

function registryFor(api: ScenarioApi, key?: string): ProviderRegistry {
  const none = { txt2img: null, img2img: null, removeBackground: null };
  const { urls, credentials } = sandbox;
  return createProviders({
    scenario: {
      baseUrl: `${urls.scenario}/v1`,
      apiKey: new Secret(key ?? credentials.scenarioApiKey),
      secret: new Secret(credentials.scenarioSecret),
      api,
      projectId: null,
      models: none,
    },
    comfyui: {
      ...PROVIDER_DEFAULTS.comfyui,
      baseUrl: `${urls.runpodJobs}/v2`,
      managementUrl: `${urls.runpodManagement}/v2`,
      apiKey: new Secret(key ?? credentials.runpodApiKey),
      endpointId: credentials.endpointId,
      backgroundRemoval: "core",
      workflowFiles: none,
    },
  });
}

beforeAll(async () => {
  const args = ["--import", "tsx", "server/sandbox/main.ts", "--json", "--clock", "50", "--image-mode", "tiny"];
  child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  if (!child.stdout) throw new Error("the sandbox has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    sandbox = announcement.parse(JSON.parse(line));
    break;
  }
  registry = registryFor("custom");
  const bytes = await sharp({ create: { width: 400, height: 300, channels: 3, background: "#c04020" } })
    .png()
    .toBuffer();
  photo = { bytes, mimeType: "image/png", sha256: "cd".repeat(32), width: 400, height: 300 };
});

afterAll(async () => {
  await registry.close();
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exited;
});

function providerOf(id: "scenario" | "comfyui", from = registry): ImageProvider {
  const provider = from.get(id);
  if (!provider) throw new Error(`${id} is not configured`);
  return provider;
}

let attempts = 0;
function submit(provider: ImageProvider, request: ProviderRequest) {
  attempts += 1;
  return provider.submit(request, {
    ...idle(),
    attemptId: `attempt-${attempts}`,
    webhookUrl: null,
    remainingMs: 180_000,
  });
}

async function ended(provider: ImageProvider, jobId: string): Promise<JobState> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const state = await provider.check(jobId, idle());
    if (state.phase !== "queued" && state.phase !== "running") return state;
    if (performance.now() > deadline) throw new Error(`still ${state.phase}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function failureOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!ProviderError.is(error)) throw new Error(`expected a ProviderError, got ${String(error)}`);
  return error;
}

function requestFor(operation: Operation): ProviderRequest {
  const image = operation === "txt2img" ? null : photo;
  if (operation === "remove_background") {
    return txt2img({ operation, prompt: null, seed: null, width: null, height: null, image });
  }
  return txt2img({ operation, image, width: 512, height: 512, seed: 7 + attempts, strength: image ? 0.6 : null });
}

describe.each(["scenario", "comfyui"] as const)("%s", (id) => {
  it.each(["txt2img", "img2img", "remove_background"] as const)("makes a picture by %s", async (operation) => {
    const provider = providerOf(id);
    const submitted = await submit(provider, requestFor(operation));
    expect(submitted.model).toBe(provider.modelFor(operation));
    const state = await ended(provider, submitted.jobId);
    if (state.phase !== "succeeded") throw new Error(`${state.phase}: ${JSON.stringify(state)}`);
    expect(state.images).toHaveLength(1);
    expect(state.warnings).toEqual([]);
    const [output] = state.images;
    if (!output) throw new Error("no output");
    const bytes = await provider.download(output, { ...idle(), maxBytes: 32 * 1024 * 1024 });
    const picture = await sharp(bytes).metadata();
    if (operation !== "remove_background") expect([picture.width, picture.height]).toEqual([512, 512]);
    else expect(picture.hasAlpha).toBe(true);
    expect(state.timing.executionMs).toBeGreaterThan(0);
    if (id === "scenario") {
      expect(state.billedUnits).toBe(submitted.quotedUnits);
      expect(state.timing.warmingUpMs).not.toBeNull();
    } else {
      expect(state.timing.workerId).toMatch(/./);
      expect(state.timing.delayMs).not.toBeNull();
    }
  });

  it("makes several at once, in order", async () => {
    const provider = providerOf(id);
    const { jobId } = await submit(provider, { ...requestFor("txt2img"), count: 3 });
    const state = await ended(provider, jobId);
    if (state.phase !== "succeeded") throw new Error(JSON.stringify(state));
    expect(state.images.map((image) => image.index)).toEqual([0, 1, 2]);
  });

  it("is ready by its probe, and says why with a revoked key", async () => {
    expect(await providerOf(id).probe(idle())).toMatchObject({ ok: true, problem: null });
    const refused = registryFor("custom", "revoked");
    expect(await providerOf(id, refused).probe(idle())).toMatchObject({ ok: false });
    expect(await failureOf(submit(providerOf(id, refused), requestFor("txt2img")))).toMatchObject({
      mode: "auth_failed",
      maybeSent: false,
    });
    await refused.close();
  });

  it("calls a job that never was missing", async () => {
    expect((await providerOf(id).check("no-such-job", idle())).phase).toBe("missing");
  });

  it("reads a rate limit with its wait", async () => {
    const request = { ...requestFor("txt2img"), prompt: "[fault:rate_limited] a boat" };
    expect(await failureOf(submit(providerOf(id), request))).toMatchObject({
      mode: "rate_limited",
      httpStatus: 429,
      maybeSent: false,
    });
  });
});

describe("scenario, in particular", () => {
  it("finds a job again by its seed and prompt, and no other", async () => {
    const provider = providerOf("scenario");
    const request = { ...requestFor("txt2img"), seed: 1_234_567, prompt: "to be found again" };
    const { jobId } = await submit(provider, request);
    expect(await provider.find?.(request, Date.now() - 10_000, idle())).toBe(jobId);
    expect(await provider.find?.({ ...request, seed: 7_654_321 }, Date.now() - 10_000, idle())).toBeNull();
  });

  it("finds the job that a lost answer left behind", async () => {
    const provider = providerOf("scenario");
    const request = { ...requestFor("txt2img"), seed: 998_877, prompt: "a lost fox [fault:accept_then_reset]" };
    expect(await failureOf(submit(provider, request))).toMatchObject({ mode: "provider_unavailable", maybeSent: true });
    const jobId = await provider.find?.(request, Date.now() - 10_000, idle());
    expect(jobId).toMatch(/./);
  });

  it("reads a failed job, unpaid", async () => {
    const provider = providerOf("scenario");
    const { jobId } = await submit(provider, { ...requestFor("txt2img"), prompt: "a fox [fault:failure]" });
    expect(await ended(provider, jobId)).toMatchObject({ phase: "failed", billedUnits: 0 });
  });

  it("cannot cancel a custom job and says so; can cancel a legacy one", async () => {
    const custom = providerOf("scenario");
    const { jobId } = await submit(custom, requestFor("txt2img"));
    expect(await custom.cancel(jobId, idle())).toMatchObject({ cancelled: false });
    const legacyRegistry = registryFor("legacy");
    const legacy = providerOf("scenario", legacyRegistry);
    const inference = await submit(legacy, requestFor("txt2img"));
    expect(await legacy.cancel(inference.jobId, idle())).toMatchObject({ cancelled: true });
    expect((await ended(legacy, inference.jobId)).phase).toBe("cancelled");
    await legacyRegistry.close();
  });

  it.each(["txt2img", "img2img", "remove_background"] as const)(
    "makes one picture by the legacy %s",
    async (operation) => {
      const legacyRegistry = registryFor("legacy");
      const legacy = providerOf("scenario", legacyRegistry);
      const { jobId } = await submit(legacy, requestFor(operation));
      const state = await ended(legacy, jobId);
      expect(state.phase).toBe("succeeded");
      if (state.phase === "succeeded") expect(state.images).toHaveLength(1);
      await legacyRegistry.close();
    },
  );

  it("uploads a picture above 3.5 MB in parts", async () => {
    const bytes = await sharp(Buffer.from(noise()), { raw: { width: 1200, height: 1200, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    expect(bytes.byteLength).toBeGreaterThan(3_500_000);
    const image: InputImage = { ...photo, bytes, width: 1200, height: 1200 };
    const provider = providerOf("scenario");
    const { jobId } = await submit(provider, { ...requestFor("img2img"), image });
    expect((await ended(provider, jobId)).phase).toBe("succeeded");
  });
});

describe("comfyui, in particular", () => {
  it.each([
    ["oom", "out_of_memory"],
    ["cuda_out_of_memory", "out_of_memory"],
    ["missing_model", "model_not_found"],
    ["missing_node", "model_not_found"],
    ["node_exception", "unknown"],
    ["history_race", "out_of_memory"],
    ["history_missing", "bad_output"],
    ["no_outputs", "bad_output"],
    ["image_fetch_failed", "bad_output"],
    ["success_no_images", "bad_output"],
    ["completed_without_output", "bad_output"],
    ["websocket_drop", "provider_unavailable"],
    ["websocket_exhausted", "provider_unavailable"],
    ["comfyui_unreachable", "provider_unavailable"],
    ["queue_error", "provider_unavailable"],
    ["worker_crash", "provider_unavailable"],
    ["timed_out", "timeout"],
    ["unknown_status", "unknown"],
  ])("reads the fault %s as %s", async (fault, mode) => {
    const provider = providerOf("comfyui");
    const { jobId } = await submit(provider, { ...requestFor("txt2img"), prompt: `a fox [fault:${fault}]` });
    expect(await ended(provider, jobId)).toMatchObject({ phase: "failed", error: { mode } });
  });

  it("keeps the pictures of a job that lost a part, with a warning", async () => {
    const provider = providerOf("comfyui");
    const { jobId } = await submit(provider, { ...requestFor("txt2img"), prompt: "a fox [fault:partial_errors]" });
    const state = await ended(provider, jobId);
    if (state.phase !== "succeeded") throw new Error(JSON.stringify(state));
    expect(state.warnings.length).toBeGreaterThan(0);
  });

  it.each([
    ["reset", true],
    ["accept_then_reset", true],
    ["malformed_json", true],
    ["server_error", true],
    ["payment_required", false],
  ])("knows after %s whether the job may have been taken (%s)", async (fault, maybeSent) => {
    const request = { ...requestFor("txt2img"), prompt: `a fox [fault:${fault}]` };
    expect(await failureOf(submit(providerOf("comfyui"), request))).toMatchObject({ maybeSent });
  });

  it("cancels a job and shows the workers", async () => {
    const provider = providerOf("comfyui");
    const { jobId } = await submit(provider, { ...requestFor("txt2img"), prompt: "a fox [fault:slow=60]" });
    expect(await provider.cancel(jobId, idle())).toEqual({ cancelled: true, reason: null });
    expect((await ended(provider, jobId)).phase).toBe("cancelled");
    expect(await provider.workers?.(idle())).toMatchObject({ unhealthy: expect.any(Number) });
  });
});

describe("RunPod's management", () => {
  it("shows and changes the endpoint, its workers, releases and prices", async () => {
    const { management } = registry;
    if (!management) throw new Error("not configured");
    const before = await management.endpoint(idle());
    const raised = await management.change(before, { workersMin: 1, idleTimeoutS: 7 }, idle());
    expect(raised).toEqual({ ...before, workersMin: 1, idleTimeoutS: 7 });
    expect((await management.workers(idle())).workers).not.toEqual([]);
    const counted = { workersMin: 0, scaling: { type: "REQUEST_COUNT", requestCount: 3 } } as const;
    expect(await management.change(raised, counted, idle())).toMatchObject({ ...counted, idleTimeoutS: null });
    await management.change(before, { scaling: { type: "QUEUE_DELAY", queueDelayS: 4 }, idleTimeoutS: 5 }, idle());
    expect(await management.endpoint(idle())).toEqual(before);
    expect(await management.releases(idle())).toMatchObject([{ version: 1, isCurrent: true }]);
    expect(await management.gpus(idle())).toContainEqual(
      expect.objectContaining({ pool: "ADA_24", price: { micros: 1_100_000, per: 3_600 }, availability: "HIGH" }),
    );
    const toMs = Date.now();
    expect(await management.billing({ fromMs: toMs - 86_400_000, toMs }, idle())).toBeInstanceOf(Array);
    await expect(management.change(before, { workersMin: 9 }, idle())).rejects.toMatchObject({
      code: "UNPROCESSABLE",
      problems: [{ field: "workers.min" }],
    });
  });
});

/** Bytes that do not repeat, so that nothing compresses them. */
function noise(): Uint8Array {
  const bytes = new Uint8Array(1200 * 1200 * 3);
  let word = 1;
  for (let index = 0; index < bytes.length; index++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    bytes[index] = word >>> 24;
  }
  return bytes;
}
