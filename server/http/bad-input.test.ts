import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Problem } from "./problem";
import { jsonPost, startTestServer, type TestServer } from "./testing/start-test-server";

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startTestServer();
  ({ key } = await server.makeKey({ scopes: ["generate", "read", "choose_provider"] }));
});
afterAll(() => server.stop());

const fox = { operation: "txt2img", prompt: "a red fox" };
const tinyPng = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A PNG that claims to be 30,000 by 30,000: 900 megapixels in a hundred bytes. */
function hugePng(): string {
  const bytes = Buffer.from(tinyPng, "base64");
  bytes.writeUInt32BE(30_000, 16);
  bytes.writeUInt32BE(30_000, 20);
  return bytes.toString("base64");
}

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(fields)) form.set(name, text);
  return form;
}

async function stored(): Promise<Record<string, number>> {
  const { rows } = await server.runtime.db.execute<Record<string, string>>(
    sql`select (select count(*) from generations) as generations, (select count(*) from images) as images,
        (select count(*) from attempts) as attempts, (select count(*) from cost_lines) as cost_lines`,
  );
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, n]) => [name, Number(n)]));
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  expect(problem.requestId).toBe(response.headers.get("x-request-id"));
  expect(problem.detail.length).toBeGreaterThan(0);
  return problem;
}

const img2img = { operation: "img2img", prompt: "a red fox" };
const cases: [name: string, init: RequestInit, status: number, field: string, rule: RegExp][] = [
  ["unknown operation", jsonPost({ ...fox, operation: "video" }), 400, "operation", /one of txt2img, img2img/],
  ["empty prompt", jsonPost({ ...fox, prompt: "  " }), 400, "prompt", /not be empty/],
  ["no prompt", jsonPost({ operation: "txt2img" }), 400, "prompt", /required/],
  ["20,000 characters", jsonPost({ ...fox, prompt: "x".repeat(20_000) }), 400, "prompt", /at most \d+ characters/],
  ["a NUL", jsonPost({ ...fox, prompt: "a\0fox" }), 400, "prompt", /NUL/],
  ["half a pair", jsonPost({ ...fox, negativePrompt: "a \ud800 fox" }), 400, "negativePrompt", /valid Unicode/],
  ["a NUL in a form", { method: "POST", body: formOf({ ...fox, prompt: "a\0fox" }) }, 400, "prompt", /NUL/],
  ["size not allowed", jsonPost({ ...fox, width: 1000, height: 1023 }), 400, "height", /multiple of 16/],
  ["one side only", jsonPost({ ...fox, width: 1024 }), 400, "height", /other side/],
  ["negative seed", jsonPost({ ...fox, seed: -1 }), 400, "seed", /at least 0/],
  ["seed too large", jsonPost({ ...fox, seed: 2 ** 40, provider: "scenario" }), 400, "seed", /at most 2147483647/],
  ["strength 0", jsonPost({ ...img2img, strength: 0, image: { base64: tinyPng } }), 400, "strength", /at least 0.01/],
  ["five images", jsonPost({ ...fox, count: 5 }), 400, "count", /at most 4/],
  ["img2img without picture", jsonPost(img2img), 400, "image", /required/],
  ["no picture at all", jsonPost({ ...img2img, image: { base64: "aGVsbG8gd29ybGQ=" } }), 400, "image", /./],
  ["no base64", jsonPost({ ...img2img, image: "data:image/png;base64,%%%" }), 400, "image", /base64/],
  ["900 megapixels", jsonPost({ ...img2img, image: { base64: hugePng() } }), 400, "image", /pixels/],
  ["loopback URL", jsonPost({ ...img2img, image: { url: "http://127.0.0.1/x.png" } }), 400, "image.url", /public/],
  ["loopback in hex", jsonPost({ ...img2img, image: { url: "http://0x7f.1/x.png" } }), 400, "image.url", /public/],
  [
    "metadata address",
    jsonPost({ ...img2img, image: { url: "http://169.254.169.254/x" } }),
    400,
    "image.url",
    /public/,
  ],
  ["private IPv6", jsonPost({ ...img2img, image: { url: "http://[::ffff:10.0.0.1]/x" } }), 400, "image.url", /public/],
  ["file URL", jsonPost({ ...img2img, image: { url: "file:///etc/passwd" } }), 400, "image.url", /http/],
  ["unknown provider", jsonPost({ ...fox, provider: "openai" }), 400, "provider", /scenario, comfyui, runpod/],
  ["unknown field", jsonPost({ ...fox, promt: "x" }), 400, "promt", /not a known field/],
  ["own source", jsonPost({ ...fox, source: "playground" }), 400, "source", /api or cli/],
  [
    "prototype",
    { ...jsonPost({}), body: '{"operation":"txt2img","prompt":"x","__proto__":{"a":1}}' },
    400,
    "__proto__",
    /known/,
  ],
  ["deadline too short", jsonPost({ ...fox, deadlineMs: 5 }), 400, "deadlineMs", /at least/],
  ["unknown environment", jsonPost({ ...fox, environment: "moon" }), 403, "", /./],
  ["bad wait", jsonPost(fox, { prefer: "wait=soon" }), 400, "prefer", /whole number/],
  ["empty idempotency key", jsonPost(fox, { "idempotency-key": "" }), 400, "idempotency-key", /not be empty/],
  ["long idempotency key", jsonPost(fox, { "idempotency-key": "k".repeat(300) }), 400, "idempotency-key", /255/],
  [
    "broken JSON",
    { ...jsonPost({}), body: '{"operation": "txt2img",\n  "prompt": fox}' },
    400,
    "body",
    /line 2, column 13/,
  ],
  ["cut JSON", { ...jsonPost({}), body: '{"operation": "txt2img"' }, 400, "body", /ends too early at line 1/],
  ["empty body", { ...jsonPost({}), body: "" }, 400, "body", /not be empty/],
  ["an array", jsonPost([fox]), 400, "body", /object/],
  ["deep JSON", { ...jsonPost({}), body: "[".repeat(100_000) }, 400, "body", /nest/],
  ["no UTF-8", { ...jsonPost({}), body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, "body", /UTF-8/],
  ["text/plain", { ...jsonPost(fox), headers: { "content-type": "text/plain" } }, 415, "content-type", /json/],
  ["no content type", { method: "POST", body: new Uint8Array([1]) }, 415, "content-type", /json/],
  [
    "broken form",
    { method: "POST", body: "x", headers: { "content-type": "multipart/form-data; boundary=b" } },
    400,
    "body",
    /boundary/,
  ],
  [
    "100 MB",
    { method: "POST", body: Buffer.alloc(100_000_000), headers: { "content-type": "application/json" } },
    413,
    "body",
    /at most/,
  ],
];

describe("POST /api/v1/generations with bad input", () => {
  it.each(cases)("refuses %s, names field and rule, and stores nothing", async (_name, init, status, field, rule) => {
    const response = await server.call("/api/v1/generations", { ...init, key });
    const problem = await problemOf(response);
    expect(problem.status).toBe(status);
    if (field !== "") expect(problem.errors.map((entry) => entry.field)).toContain(field);
    expect(problem.errors.find((entry) => entry.field === field)?.rule ?? problem.detail).toMatch(rule);
    expect(await stored()).toEqual({ generations: 0, images: 0, attempts: 0, cost_lines: 0 });
  });

  it("refuses a chunked body as soon as it is too large", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1_000_000;
        if (sent > 200_000_000) controller.close();
        else controller.enqueue(new Uint8Array(1_000_000));
      },
    });
    const response = await server.call("/api/v1/generations", {
      method: "POST",
      body,
      key,
      headers: { "content-type": "application/json" },
      ...({ duplex: "half" } as object),
    });
    expect((await problemOf(response)).code).toBe("PAYLOAD_TOO_LARGE");
    expect(sent).toBeLessThan(100_000_000);
  });

  it("refuses a truncated JPEG", async () => {
    const { default: sharp } = await import("sharp");
    const noise = Buffer.from(Array.from({ length: 256 * 256 * 3 }, (_, at) => (at * 7919) % 251));
    const jpeg = await sharp(noise, { raw: { width: 256, height: 256, channels: 3 } })
      .jpeg()
      .toBuffer();
    const form = new FormData();
    form.set("operation", "remove_background");
    form.set("image", new Blob([new Uint8Array(jpeg.subarray(0, Math.floor(jpeg.length * 0.6)))]), "cut.jpg");
    const problem = await problemOf(await server.call("/api/v1/generations", { method: "POST", body: form, key }));
    expect(problem).toMatchObject({ status: 400, errors: [{ field: "image" }] });
    expect((await stored()).generations).toBe(0);
  });

  it("names the variables when no provider has credentials", async () => {
    const { key: staging } = await server.makeKey({ environment: "staging" });
    const spy = server.config.missingVariables;
    server.config.missingVariables = () => ["SCENARIO_API_KEY"];
    try {
      const problem = await problemOf(await server.call("/api/v1/generations", { ...jsonPost(fox), key: staging }));
      expect(problem).toMatchObject({ status: 503, code: "NOT_CONFIGURED" });
      expect(problem.detail).toContain("SCENARIO_API_KEY");
    } finally {
      server.config.missingVariables = spy;
    }
  });

  it("writes a fault of ours, also of a request with a body, into the log under its number", async () => {
    const { gateway } = server.runtime;
    const broken = vi.spyOn(gateway, "submit").mockRejectedValue(new Error("a fault of ours"));
    const problem = await problemOf(await server.call("/api/v1/generations", { ...jsonPost(fox), key }));
    broken.mockRestore();
    expect(problem).toMatchObject({ status: 500, detail: expect.not.stringContaining("a fault of ours") });
    const lines = server.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === "error");
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: "request failed",
        requestId: problem.requestId,
        error: expect.objectContaining({ message: "a fault of ours" }),
      }),
    );
  });

  it("answers broken HTTP, oversized headers and long addresses with a problem", async () => {
    const long = await server.call(`/api/v1/generations?search=${"x".repeat(9_000)}`, { key });
    expect((await problemOf(long)).errors[0]?.field).toBe("url");
    const headers = await server.call("/api/v1/generations", { key, headers: { "x-filler": "x".repeat(20_000) } });
    expect(headers.status).toBe(431);
  });
});

describe.each(["/api/v1/generations", "/api/v1/generations/export"])(
  "GET %s with a query that cannot be answered",
  (path) => {
    const WORDS = /succeeded, failed, cancelled/;
    it.each<[query: string, fields: string[], rule: RegExp]>([
      ["from=2026-11-02&to=2026-11-01", ["from", "to"], /before to|after from/],
      ["from=2026-11-01&to=2026-11-01", ["from", "to"], /before to|after from/],
      ["from=2000-01-01&to=2200-01-01", ["from", "to"], /at most 5 years/],
      ["from=1826-01-01", ["from"], /years 1970 to 9999/],
      ["to=%2B275760-09-13", ["to"], /years 1970 to 9999/],
      ["from=9007199254740991", ["from"], /years 1970 to 9999/],
      ["to=soon", ["to"], /ISO date/],
      ["search=a%00b", ["search"], /NUL/],
      ["sort=colour", ["sort"], /must be of -time, time, -latency, latency, -cost, cost/],
      ["state=done", ["state"], WORDS],
      ["state=failed,done&provider=openai", ["state", "provider"], /succeeded, failed|scenario, comfyui, runpod/],
      ["coldClass=hot", ["coldClass"], /warm, queued, cold/],
      ["failureMode=bad_luck", ["failureMode"], /out_of_memory/],
    ])("refuses %s and says what is allowed", async (query, fields, rule) => {
      const problem = await problemOf(await server.call(`${path}?${query}`, { key }));
      expect(problem.status).toBe(400);
      expect(problem.errors.map(({ field }) => field.split(".")[0])).toEqual(fields);
      for (const entry of problem.errors) expect(entry.rule).toMatch(rule);
    });
  },
);
