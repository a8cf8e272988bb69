import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import completed from "./__fixtures__/completed.json";
import exception from "./__fixtures__/failed-handler-exception.json";
import missingModel from "./__fixtures__/failed-missing-model.json";
import oom from "./__fixtures__/failed-oom.json";
import platform from "./__fixtures__/failed-platform.json";
import { explainRefusal, jobFailureReading } from "./failures";
import { healthSchema, jobSchema } from "./schemas";
import { toJobState, toWorkerCounts } from "./transform";

const state = (job: unknown) => toJobState(jobSchema.parse(job), (text) => text);
const done = (output: unknown) => state({ ...completed, output });
const PNG = completed.output.images[0]?.data ?? "";

describe("statuses", () => {
  it.each([
    ["IN_QUEUE", "queued"],
    ["IN_PROGRESS", "running"],
    // The job-states page lists it as another word for in progress.
    ["RUNNING", "running"],
    ["CANCELLED", "cancelled"],
    ["COMPLETED", "succeeded"],
  ])("%s is %s", (status, phase) => {
    expect(state({ ...completed, status })).toMatchObject({ phase });
  });

  it("TIMED_OUT is a time-out", () => {
    expect(state({ id: "x", status: "TIMED_OUT" })).toMatchObject({
      phase: "failed",
      error: { mode: "timeout", retryable: true },
    });
  });

  // Regression: an unrecognised status was polled until the deadline and reported as a time-out.
  it("fails at once on a status it does not know", () => {
    expect(state({ ...completed, status: "PAUSED" })).toMatchObject({
      phase: "failed",
      error: { mode: "unknown", retryable: false },
    });
  });

  it("takes the development server's forgotten job for missing", () => {
    expect(state({ id: "x", status: "FAILED", error: "Job ID not found" }).phase).toBe("missing");
  });

  it("keeps times in milliseconds and null where nothing was reported", () => {
    expect(state(completed).timing).toEqual({
      delayMs: 41_212,
      executionMs: 7_894,
      warmingUpMs: null,
      workerId: "g0d1h7e0fs09rm",
      retries: null,
    });
    expect(state({ id: "x", status: "IN_QUEUE" }).timing).toMatchObject({ delayMs: null, workerId: null });
    expect(state(platform).timing).toMatchObject({ retries: 1 });
  });
});

describe("outputs of a completed job", () => {
  it("base64, bare or as a data URI, and addresses, in their order", () => {
    const images = [
      { filename: "a", type: "base64", data: PNG },
      { filename: "b", type: "base64", data: `data:image/png;base64,${PNG}` },
      { filename: "c", type: "s3_url", data: "https://bucket.example/11-26/j/1.png?X-Amz-Signature=1" },
    ];
    const result = done({ images });
    expect(result).toMatchObject({ phase: "succeeded", warnings: [] });
    if (result.phase !== "succeeded") return;
    expect(result.images.map((image) => [image.index, image.kind])).toEqual([
      [0, "bytes"],
      [1, "bytes"],
      [2, "url"],
    ]);
    const [first, second] = result.images;
    if (first?.kind !== "bytes" || second?.kind !== "bytes") throw new Error("expected bytes");
    expect(Buffer.from(first.bytes).subarray(1, 4).toString()).toBe("PNG");
    expect(second.bytes).toEqual(first.bytes);
  });

  it("the single message of workers before 5.0", () => {
    expect(done({ status: "success", message: PNG })).toMatchObject({
      phase: "succeeded",
      images: [{ kind: "bytes" }],
    });
    expect(done({ status: "success", message: "https://b.example/x.png" })).toMatchObject({
      images: [{ kind: "url" }],
    });
    expect(done({ status: "error", message: "CUDA out of memory" })).toMatchObject({
      error: { mode: "out_of_memory" },
    });
  });

  // Read first 4.
  it("errors beside images become warnings", () => {
    const errors = ["Error uploading b.png to S3: denied"];
    expect(done({ images: completed.output.images, errors })).toMatchObject({ phase: "succeeded", warnings: errors });
  });

  it.each([
    [{ status: "success_no_images", images: [] }, "bad_output"],
    [{ images: [] }, "bad_output"],
    [undefined, "bad_output"],
    [null, "bad_output"],
    ["a text", "bad_output"],
    [{ images: "none" }, "bad_output"],
    [{ images: [{ type: "base64", data: "" }] }, "bad_output"],
    // Read first 8: a bucket without keys gives a path on the worker's own disk.
    [{ images: [{ type: "s3_url", data: "simulated_uploaded/ab12cd34.png" }] }, "bad_output"],
    [{ images: [], errors: ["Error uploading b.png to S3: denied"] }, "storage_failed"],
    [
      { errors: ["Workflow execution error: Node Type: KSampler, Node ID: 31, Message: Allocation on device"] },
      "out_of_memory",
    ],
  ])("no usable image in %j is %s", (output, mode) => {
    expect(done(output)).toMatchObject({ phase: "failed", error: { mode } });
  });
});

describe("recorded failures", () => {
  // Read first 1: `error` alone is "Job processing failed".
  it("finds an OOM in the details", () => {
    const result = state(oom);
    expect(result).toMatchObject({ phase: "failed", error: { mode: "out_of_memory", retryable: false } });
    if (result.phase === "failed")
      expect(result.error.raw).toContain("Job processing failed\nWorkflow execution error");
  });

  // Read first 2: there is no literal "flux1-dev-fp8.safetensors not found".
  it("reads a missing checkpoint out of the validation's Python repr", () => {
    expect(state(missingModel)).toMatchObject({
      phase: "failed",
      error: {
        mode: "model_not_found",
        retryable: false,
        message: "ComfyUI: the worker has no flux1-dev-fp8.safetensors (ckpt_name)",
      },
    });
  });

  it("reads an uncaught exception out of its JSON", () => {
    expect(state(exception)).toMatchObject({ error: { mode: "out_of_memory" } });
  });

  it("does not call a dead worker a time-out, though its text does", () => {
    expect(state(platform)).toMatchObject({ error: { mode: "provider_unavailable", retryable: true } });
  });
});

const OOM_DETAIL = oom.output.details[0] ?? "";

describe("every text of the contract has its mode", () => {
  it.each([
    ["Node 'RMBG' not found. The custom node may not be installed.. Raw response: {}", [], "model_not_found", false],
    ["Prompt has no outputs. Raw response: {}", [], "unknown", false],
    [
      "Error queuing workflow: 500 Server Error: Internal Server Error for url: http://127.0.0.1:8188/prompt",
      [],
      "provider_unavailable",
      true,
    ],
    ["Unexpected error queuing workflow: 'list' object has no attribute 'items'", [], "unknown", false],
    [
      "Workflow validation failed:\n\nNo checkpoint models appear to be available. Please check",
      [],
      "model_not_found",
      false,
    ],
    ["flux1-dev-fp8.safetensors not found", [], "model_not_found", false],
    [
      "x: [{'type': 'value_not_in_list', 'details': \"ckpt_name: 'a' not in (list of length 25)\"}]",
      [],
      "model_not_found",
      false,
    ],
    [
      "x: [{'type': 'value_not_in_list', 'details': \"sampler_name: 'zz' not in ['euler']\"}]",
      [],
      "invalid_request",
      false,
    ],
    ["x: [{'type': 'value_bigger_than_max', 'details': 'steps'}]", [], "invalid_request", false],
    [
      "x: [{'type': 'custom_validation_failed', 'details': 'image - Invalid image file: ref.png'}]",
      [],
      "invalid_request",
      false,
    ],
    ["Job processing failed", [OOM_DETAIL], "out_of_memory", false],
    // Read first 3: the same OOM when ComfyUI had not stored its history yet.
    [
      "Job processing failed, prompt ID not found in history.",
      [OOM_DETAIL, "Prompt ID p not found in history after execution."],
      "out_of_memory",
      false,
    ],
    ["Job processing failed", ["CUDA out of memory. Tried to allocate 2.00 GiB"], "out_of_memory", false],
    ["Job processing failed", ["Workflow execution error: Node Type: X, Node ID: 4, Message: boom"], "unknown", true],
    ["Prompt ID p not found in history after execution.", [], "bad_output", true],
    ["Job processing failed", ["No outputs found in history for prompt p."], "bad_output", true],
    ["Job processing failed", ["Failed to fetch image data for a.png from /view endpoint."], "bad_output", true],
    ["Job processing failed", ["Error uploading a.png to S3: denied"], "storage_failed", true],
    ["Failed to upload one or more input images", ["Error decoding base64 for a.png: bad"], "invalid_request", false],
    ["Failed to upload one or more input images", ["Timeout uploading a.png"], "provider_unavailable", true],
    ["Failed to upload one or more input images", ["Error uploading a.png: refused"], "provider_unavailable", true],
    ["ComfyUI server (127.0.0.1:8188) not reachable after multiple retries.", [], "provider_unavailable", true],
    [
      "WebSocket communication error: ComfyUI HTTP unreachable during websocket reconnect",
      [],
      "provider_unavailable",
      true,
    ],
    [
      "WebSocket communication error: Connection closed and failed to reconnect. Last error: x",
      [],
      "provider_unavailable",
      true,
    ],
    ["HTTP communication error with ComfyUI: x", [], "provider_unavailable", true],
    ["An unexpected error occurred: x", [], "unknown", undefined],
    ["Workflow monitoring loop exited without confirmation of completion or error.", [], "provider_unavailable", true],
    ["Missing 'prompt_id' in queue response: {}", [], "provider_unavailable", true],
    ["Please provide input", [], "invalid_request", false],
    ["Invalid JSON format in input", [], "invalid_request", false],
    ["Missing 'workflow' parameter", [], "invalid_request", false],
    ["'images' must be a list of objects with 'name' and 'image' keys", [], "invalid_request", false],
    ["executionTimeout exceeded", [], "timeout", true],
    ["job timed out after 1 retries", [], "provider_unavailable", true],
    ["GPU is not available. PyTorch CUDA init failed", [], "provider_unavailable", true],
    ["something new", [], "unknown", undefined],
    [null, [], "unknown", undefined],
  ] as const)("%s %j", (error, details, mode, retryable) => {
    expect(jobFailureReading(error, details)).toMatchObject({
      mode,
      ...(retryable === undefined ? {} : { retryable }),
    });
  });

  it.each([
    [
      400,
      { title: "Bad Request", detail: "bad request: body: exceeded max body size of 10MiB" },
      "exceeded max body size",
    ],
    [401, { title: "Unauthorized", detail: "invalid api key" }, "invalid api key"],
    [500, { error: "no" }, "no"],
    [500, { message: "neither" }, "neither"],
    [404, {}, "RUNPOD_COMFYUI_ENDPOINT_ID"],
  ])("refusal %i %j", (status, body, words) => {
    expect(explainRefusal(status, body, JSON.stringify(body))?.message).toContain(words);
  });

  it("does not show people the HTML of an edge", () => {
    expect(explainRefusal(502, undefined, "<html>Bad Gateway</html>")).toBeNull();
    expect(explainRefusal(500, undefined, "plain words")).toEqual({ message: "plain words" });
  });
});

it("counts a worker key that the answer lacks as 0", () => {
  expect(toWorkerCounts(healthSchema.parse({ workers: { idle: 2, running: 1 }, jobs: { inQueue: 3 } }))).toEqual({
    idle: 2,
    initializing: 0,
    ready: 0,
    running: 1,
    throttled: 0,
    unhealthy: 0,
    jobsInQueue: 3,
    jobsInProgress: 0,
  });
  expect(toWorkerCounts(healthSchema.parse({})).running).toBe(0);
});

// F30, F32: whatever arrives ends in a state or in a refused form.
it("reads any job without throwing", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("https://x.example/a", PNG, "{", '{"error_message":1}'));
  const output = fc.oneof(
    fc.record(
      {
        images: fc.array(fc.record({ data: text, type: text }, { requiredKeys: [] })),
        errors: fc.array(fc.jsonValue()),
        details: fc.array(fc.jsonValue()),
        message: text,
        status: text,
      },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  );
  const status = fc.oneof(fc.constantFrom("COMPLETED", "FAILED", "TIMED_OUT", "IN_QUEUE", "__proto__"), fc.string());
  const job = fc.record(
    { id: text, status, error: fc.oneof(text, fc.jsonValue()), output },
    { requiredKeys: ["status"] },
  );
  fc.assert(
    fc.property(fc.oneof(job, fc.jsonValue()), (body) => {
      const parsed = jobSchema.safeParse(body);
      if (!parsed.success) return;
      const result = state(parsed.data);
      if (result.phase === "failed") expect(FAILURE_MODES).toContain(result.error.mode);
      if (result.phase === "succeeded") expect(result.images.length).toBeGreaterThan(0);
    }),
    { numRuns: 3_000 },
  );
});
