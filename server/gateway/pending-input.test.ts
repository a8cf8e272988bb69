import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "@/server/http/testing/start-test-server";

let server: TestServer;
let key: string;
let picture: string;
beforeAll(async () => {
  server = await startTestServer({ env: { MAX_QUEUED: "2" } });
  ({ key } = await server.makeKey({ scopes: ["generate", "read", "choose_provider"] }));
  const pixels = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 37) % 256));
  const png = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  picture = png.toString("base64");
});
afterAll(() => server.stop());

const send = (body: Record<string, unknown>, idempotencyKey?: string) =>
  server.call("/api/v1/generations", {
    key,
    method: "POST",
    headers: { "content-type": "application/json", ...(idempotencyKey ? { "idempotency-key": idempotencyKey } : {}) },
    body: JSON.stringify({ operation: "img2img", prompt: "a fox", image: { base64: picture }, ...body }),
  });
const storedAnything = () => existsSync(join(server.config.dataDir, "objects"));

it("a refused request leaves no picture behind, whatever it is refused for", async () => {
  expect((await send({ width: 17, height: 17 })).status).toBe(400);
  expect((await send({ strength: 0 })).status).toBe(400);
  expect((await send({ environment: "sandbox" })).status).toBe(403);
  expect(storedAnything()).toBe(false);

  const first = await send({}, "order-7");
  expect(first.status).toBe(202);
  const other = await send({ image: { base64: `${picture.slice(0, -8)}AAAAAAAA` } }, "order-7");
  expect(other.status).toBe(422);
});

it("the same request under the same key is the same generation, and is not stored again", async () => {
  const first = await (await send({}, "order-8")).json();
  const second = await send({}, "order-8");
  expect(second.headers.get("idempotency-replayed")).toBe("true");
  expect((await second.json()).id).toBe(first.id);
});
