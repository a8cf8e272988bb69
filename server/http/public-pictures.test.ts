import { afterEach, expect, it } from "vitest";
import { images } from "@/db/schema";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { newId } from "@/server/domain/ids";
import { jsonPost, startTestServer, type TestServer } from "./testing/start-test-server";

const R2 = {
  R2_ENDPOINT: "http://127.0.0.1:9",
  R2_BUCKET: "pictures",
  R2_ACCESS_KEY_ID: "canary-key",
  R2_SECRET_ACCESS_KEY: "canary-secret",
};
const DOMAIN = "https://pictures.example.com";
const page = {
  handle: async (_: unknown, outgoing: { end(): void }) => outgoing.end(),
  upgrade: () => {},
  close: async () => {},
};

let server: TestServer | null = null;
afterEach(() => server?.stop());
const start = async (env: Record<string, string>) => {
  server = await startTestServer({ next: page, env: { ...R2, ...env } });
  return server;
};

/** A generation with a picture of each kind; the addresses under which they are given out. */
async function addresses(server: TestServer): Promise<string[]> {
  const { key } = await server.makeKey();
  const body = jsonPost({ operation: "txt2img", prompt: "a red fox" });
  const answer = await server.call("/api/v1/generations", { ...body, key });
  const { id } = (await answer.json()) as GenerationDetail;
  const common = { generationId: id, mimeType: "image/png", width: 8, height: 8, sizeBytes: 9 };
  const row = (role: "input" | "output", position: number, location: "disk" | "r2") => ({
    ...common,
    ...{ id: newId(), role, position, location, objectKey: "objects/of/no/matter" },
    sha256: `ab${position}`.padEnd(64, "c"),
  });
  await server.runtime.db
    .insert(images)
    .values([row("input", 0, "r2"), row("output", 0, "r2"), row("output", 1, "disk")]);
  const detail = (await (await server.call(`/api/v1/generations/${id}`, { key })).json()) as GenerationDetail;
  return [detail.input?.url ?? "", ...detail.images.map(({ url }) => url)];
}
const policyOf = async (server: TestServer) => (await server.call("/")).headers.get("content-security-policy");

it("gives results lasting addresses on the bucket's own domain once they lie there, and lets pages show them", async () => {
  const domain = await start({ R2_PUBLIC_URL: `${DOMAIN}/art/` });
  const [input, moved, spooled] = await addresses(domain);
  expect(moved).toBe(`${DOMAIN}/art/objects/ab/0c/${"ab0".padEnd(64, "c")}.png`);
  expect(input).toMatch(/^\/images\/.*&s=/);
  expect(spooled).toMatch(/^\/images\/.*&s=/);
  expect(await policyOf(domain)).toContain(`img-src 'self' data: blob: ${DOMAIN};`);
});

it("gives signed addresses on this server by default", async () => {
  const hidden = await start({});
  for (const address of await addresses(hidden)) expect(address).toMatch(/^\/images\/.*&s=/);
  expect(await policyOf(hidden)).toContain("img-src 'self' data: blob:;");
});
