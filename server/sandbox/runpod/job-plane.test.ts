import { createServer } from "node:http";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../http";
import { testSandbox, txt2img, until } from "../test-kit";

let kit: Awaited<ReturnType<typeof testSandbox>>;
beforeAll(async () => {
  kit = await testSandbox({ rateLimits: false });
});
afterAll(() => kit.sandbox.stop());

const finished = (id: string) =>
  until(async () => {
    const { body } = await kit.jobs(`status/${id}`);
    return ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT", "SUSPENDED"].includes(String(body?.status)) ? body : null;
  });

describe("submitting", () => {
  it("answers IN_QUEUE with an id of the right form, then the images in base64", async () => {
    const { status, body } = await kit.jobs("run", { input: { workflow: txt2img("a red fox", 11) } });
    expect([status, body.status]).toEqual([200, "IN_QUEUE"]);
    expect(body.id).toMatch(/^[0-9a-f-]{36}-[ue]\d$/);
    const done: JsonObject = await finished(String(body.id));
    expect(done).toMatchObject({
      status: "COMPLETED",
      delayTime: expect.any(Number),
      executionTime: expect.any(Number),
      workerId: expect.any(String),
    });
    const { images } = done.output as { images: { filename: string; type: string; data: string }[] };
    expect(images).toHaveLength(1);
    expect(images[0]).toMatchObject({ filename: expect.stringMatching(/^ComfyUI_\d{5}_\.png$/), type: "base64" });
    const info = await sharp(Buffer.from(images[0]?.data ?? "", "base64")).metadata();
    expect([info.width, info.height]).toEqual([64, 48]);
  });

  it("runsync waits, and after its wait answers with what there is", async () => {
    const done = await kit.runsync(txt2img("a cat", 12));
    expect(done.body).toMatchObject({ id: expect.stringMatching(/^sync-/), status: "COMPLETED" });
    const slow = await kit.jobs("runsync?wait=1000", { input: { workflow: txt2img("a cat [fault:slow=150]", 13) } });
    expect(["IN_QUEUE", "IN_PROGRESS"]).toContain(slow.body.status);
    expect((await kit.jobs(`status-sync/${slow.body.id}?wait=300000`)).body.id).toBe(slow.body.id);
  });

  it("refuses a body above 10 MiB, broken JSON, a missing input and a policy out of range with 400", async () => {
    const big = await kit.jobs("run", { input: { workflow: {}, pad: "x".repeat(10 * 1024 * 1024) } });
    expect(big.status).toBe(400);
    expect(big.body).toEqual({
      status: 400,
      title: "Bad Request",
      detail: "bad request: body: exceeded max body size of 10MiB",
    });
    for (const body of [
      "{",
      "[]",
      "{}",
      '{"input":{"a":1},"policy":{"ttl":5}}',
      '{"input":{"a":1},"policy":{"executionTimeout":10}}',
    ]) {
      expect((await kit.jobs("run", body)).status).toBe(400);
    }
  });

  it("takes an empty input and fails it half a minute later with a misleading text", async () => {
    const { body } = await kit.jobs("run", { input: {} });
    const done: JsonObject = await finished(String(body.id));
    expect(done).toMatchObject({ status: "FAILED", error: "job timed out after 1 retries", retries: 1 });
    expect(done.executionTime).toBeGreaterThanOrEqual(30_000);
    expect(done.output).toBeUndefined();
  });

  it("knows its key and its endpoint", async () => {
    const none = await kit.jobs("health", undefined, {});
    expect([none.status, none.body.detail]).toEqual([401, "no token provided"]);
    const wrong = await kit.jobs("health", undefined, { authorization: "Bearer nope" });
    expect([wrong.status, wrong.body.detail]).toEqual([401, "invalid api key"]);
    const { urls, credentials } = kit.sandbox;
    const other = await fetch(`${urls.runpodJobs}/v2/other/health`, {
      headers: { authorization: `Bearer ${credentials.runpodApiKey}` },
    });
    expect(other.status).toBe(404);
    expect((await kit.jobs("status/nope")).status).toBe(404);
  });
});

describe("what the handler makes of it", () => {
  it.each([
    ["oom", "Job processing failed", "Allocation on device \nThis error means you ran out of memory on your GPU."],
    ["cuda_out_of_memory", "Job processing failed", "CUDA out of memory. Tried to allocate"],
    [
      "history_race",
      "Job processing failed, prompt ID not found in history.",
      "Workflow execution error: Node Type: KSampler",
    ],
    ["upload_failed", "Failed to upload one or more input images", "Timeout uploading"],
    ["no_outputs", "Job processing failed", "No outputs found in history for prompt"],
    ["image_fetch_failed", "Job processing failed", "from /view endpoint."],
  ])("%s: short error on top, the reason in output.details", async (fault, error, detail) => {
    const { body } = await kit.runsync(txt2img(`x [fault:${fault}]`, 20));
    expect(body).toMatchObject({ status: "FAILED", error });
    expect(JSON.stringify((body.output as { details: string[] }).details)).toContain(
      JSON.stringify(detail).slice(1, -1),
    );
  });

  it.each([
    ["missing_model", /^Workflow validation failed:\n• Node 30 \(errors\): \[\{'type': 'value_not_in_list'/],
    ["missing_node", /^Node 'RMBG' not found\. The custom node may not be installed\.\. Raw response: \{/],
    ["websocket_drop", /^WebSocket communication error: ComfyUI HTTP unreachable during websocket reconnect$/],
    ["websocket_exhausted", /^WebSocket communication error: Connection closed and failed to reconnect\. Last error: /],
    ["comfyui_unreachable", /^ComfyUI server \(127\.0\.0\.1:8188\) not reachable after multiple retries\.$/],
    ["queue_error", /^Error queuing workflow: 500 Server Error/],
    ["history_missing", /^Prompt ID .* not found in history after execution\.$/],
    ["handler_exception", /^\{"error_type":/],
  ])("%s is told in error alone", async (fault, error) => {
    const { body } = await kit.runsync(txt2img(`x [fault:${fault}]`, 21));
    expect(body.status).toBe("FAILED");
    expect(body.error).toMatch(error);
    expect(body.output).toBeUndefined();
  });

  it("completed is not always good: no images, errors beside images, no output, an unknown word", async () => {
    const run = async (fault: string): Promise<JsonObject> =>
      (await kit.runsync(txt2img(`x [fault:${fault}]`, 22))).body;
    expect(await run("success_no_images")).toMatchObject({
      status: "COMPLETED",
      output: { status: "success_no_images", images: [] },
    });
    expect(await run("partial_errors")).toMatchObject({
      status: "COMPLETED",
      output: { errors: [expect.stringMatching(/^Error uploading .* to S3: /)] },
    });
    const empty = await run("completed_without_output");
    expect([empty.status, empty.output]).toEqual(["COMPLETED", undefined]);
    expect((await run("unknown_status")).status).toBe("SUSPENDED");
  });

  it("img2img and both ways of background removal work on an uploaded image, the stock image cannot", async () => {
    const photo = await sharp({ create: { width: 96, height: 80, channels: 3, background: "#3366aa" } })
      .png()
      .toBuffer();
    const images = [{ name: "in.png", image: `data:image/png;base64,${photo.toString("base64")}` }];
    const load = { "40": { class_type: "LoadImage", inputs: { image: "in.png" } } };
    const graph = txt2img("a boat", 30, {
      ...load,
      "42": { class_type: "VAEEncode", inputs: { pixels: ["40", 0], vae: ["30", 2] } },
    });
    const sampler = graph["31"] as { inputs: JsonObject };
    sampler.inputs.latent_image = ["42", 0];
    sampler.inputs.denoise = 0.5;
    expect((await kit.runsync(graph, { images })).body).toMatchObject({ status: "COMPLETED" });
    const rmbg = {
      ...load,
      "2": { class_type: "RMBG", inputs: { image: ["40", 0], model: "RMBG-2.0", background: "Alpha" } },
      "9": { class_type: "SaveImage", inputs: { filename_prefix: "cut", images: ["2", 0] } },
    };
    const cut = (await kit.runsync(rmbg, { images })).body as JsonObject;
    const { images: files } = cut.output as { images: { data: string }[] };
    expect((await sharp(Buffer.from(files[0]?.data ?? "", "base64")).metadata()).channels).toBe(4);
    kit.sandbox.configureEndpoint({ image: "stock" });
    expect((await kit.runsync({ ...rmbg }, { images })).body).toMatchObject({
      status: "FAILED",
      error: expect.stringMatching(/^Node 'RMBG' not found/),
    });
    kit.sandbox.configureEndpoint({ image: "custom" });
    const bad = [{ name: "in.png", image: "%%%" }];
    expect((await kit.runsync(rmbg, { images: bad })).body).toMatchObject({
      error: "Failed to upload one or more input images",
    });
  });

  it("gives URLs or a legacy message when so configured", async () => {
    kit.sandbox.configureEndpoint({ output: "s3_url" });
    const done = (await kit.runsync(txt2img("a bird", 41))).body as JsonObject;
    const { images } = done.output as { images: { type: string; data: string }[] };
    expect(images[0]?.type).toBe("s3_url");
    const bytes = await (await fetch(images[0]?.data ?? "")).arrayBuffer();
    expect((await sharp(Buffer.from(bytes)).metadata()).width).toBe(64);
    kit.sandbox.configureEndpoint({ output: "legacy_message" });
    expect((await kit.runsync(txt2img("a bird", 42))).body.output).toMatchObject({
      status: "success",
      message: expect.any(String),
    });
    kit.sandbox.configureEndpoint({ output: "base64" });
  });
});

describe("cancel, retry, purge", () => {
  it("cancels a queued job without times, refuses a finished one", async () => {
    kit.sandbox.configureEndpoint({ workersMax: 0 });
    const { body } = await kit.jobs("run", { input: { workflow: txt2img("x", 50) } });
    expect((await kit.jobs(`cancel/${body.id}`, {})).body).toEqual({ id: body.id, status: "CANCELLED" });
    expect((await kit.jobs(`status/${body.id}`)).body).toEqual({ id: body.id, status: "CANCELLED" });
    expect((await kit.jobs(`cancel/${body.id}`, {})).status).toBe(400);
    expect((await kit.jobs("cancel/nope", {})).status).toBe(404);
    await kit.jobs("run", { input: { workflow: txt2img("x", 51) } });
    await kit.jobs("run", { input: { workflow: txt2img("x", 52) } });
    expect((await kit.jobs("purge-queue", {})).body).toEqual({ removed: 2, status: "completed" });
    kit.sandbox.configureEndpoint({ workersMax: 3 });
  });

  it("retries a failed job under its id and nothing else", async () => {
    const { body } = await kit.runsync(txt2img("x [fault:oom]", 53));
    expect((await kit.jobs(`retry/${body.id}`, {})).body).toEqual({ id: body.id, status: "IN_QUEUE" });
    expect((await finished(String(body.id))).status).toBe("FAILED");
    const good = await kit.runsync(txt2img("x", 54));
    expect((await kit.jobs(`retry/${good.body.id}`, {})).status).toBe(400);
  });

  it("forgets a result after half an hour, a sync one after a minute", async () => {
    const { body } = await kit.runsync(txt2img("x", 55));
    expect(await until(async () => (await kit.jobs(`status/${body.id}`)).status === 404)).toBe(true);
    const expired = await kit.jobs("run", { input: { workflow: txt2img("x [fault:expired_result]", 56) } });
    expect(await until(async () => (await kit.jobs(`status/${expired.body.id}`)).status === 404)).toBe(true);
  });
});

describe("webhooks", () => {
  const received: { body: JsonObject; headers: NodeJS.Dict<string | string[]> }[] = [];
  let answer = 200;
  const server = createServer((req, res) => {
    let text = "";
    req.on("data", (part) => {
      text += part;
    });
    req.on("end", () => {
      received.push({ body: JSON.parse(text), headers: req.headers });
      res.writeHead(answer).end();
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const submit = async (prompt: string, seed: number): Promise<string> => {
    const { port } = server.address() as { port: number };
    const webhook = `http://127.0.0.1:${port}/hook`;
    return String((await kit.jobs("run", { webhook, input: { workflow: txt2img(prompt, seed) } })).body.id);
  };
  const arrivals = (id: string) => received.filter(({ body }) => body.id === id);

  it("posts the whole job with its input and its webhook, unsigned", async () => {
    const id = await submit("a hooked fish", 60);
    await until(async () => arrivals(id).length === 1);
    const { body, headers } = arrivals(id)[0] ?? { body: {}, headers: {} };
    expect(body).toMatchObject({
      id,
      status: "COMPLETED",
      input: { workflow: expect.anything() },
      webhook: expect.any(String),
      output: expect.anything(),
    });
    expect(headers["user-agent"]).toBe("Go-http-client/2.0");
    expect(headers.authorization).toBeUndefined();
  });

  it("tries twice more when it is not answered with 2xx, and a lost one never comes", async () => {
    answer = 500;
    const id = await submit("x", 61);
    await until(async () => arrivals(id).length === 3);
    answer = 200;
    const repeated = await submit("x [fault:repeated_webhook]", 62);
    await until(async () => arrivals(repeated).length === 3);
    const lost = await submit("x [fault:lost_webhook]", 63);
    await finished(lost);
    const after = await submit("x", 64);
    await until(async () => arrivals(after).length === 1);
    expect(arrivals(lost)).toHaveLength(0);
    expect(arrivals(id)).toHaveLength(3);
  });
});

it("answers 429 above its rate", async () => {
  const limited = await testSandbox({ clockFactor: 1 });
  const codes: number[] = [];
  for (let index = 0; index < 5; index += 1) codes.push((await limited.jobs("purge-queue", {})).status);
  await limited.sandbox.stop();
  expect(codes.filter((code) => code === 200).length).toBeGreaterThanOrEqual(2);
  expect(codes).toContain(429);
});
