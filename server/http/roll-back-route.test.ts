import { afterAll, beforeAll, expect, it } from "vitest";
import { jsonPost, startTestServer, type TestServer } from "./testing/start-test-server";

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startTestServer({ env: { IMAGE_GENERATION_PROVIDER: "comfyui" } });
  ({ key } = await server.makeKey({ scopes: ["operate", "read"] }));
});
afterAll(() => server.stop());

const rollout = async () => (await server.call("/api/v1/rollout", { key })).json();

it("takes everything back in one call, and says so again when there is nothing left to take back", async () => {
  expect(await rollout()).toMatchObject({ environment: "production", candidateShareBp: 10_000, number: 1 });
  const first = await server.call("/api/v1/rollback", { key, ...jsonPost({ reason: "errors above 5%" }) });
  expect(first.status).toBe(200);
  expect(await first.json()).toMatchObject({
    changed: true,
    revision: 2,
    candidateShareBp: 0,
    previousShareBp: 10_000,
  });
  const again = await server.call("/api/v1/rollback", { key, method: "POST" });
  expect(await again.json()).toMatchObject({ changed: false, revision: 2, incidentId: null });
  expect(await rollout()).toMatchObject({ candidateShareBp: 0, held: true, source: "api", reason: "errors above 5%" });
});

it.each([
  [{ reason: "" }, "reason"],
  [{ reason: "x".repeat(1_001) }, "reason"],
  [{ share: 5 }, "share"],
])("refuses %j by name and leaves the route alone", async (body, field) => {
  const before = await rollout();
  const response = await server.call("/api/v1/rollback", { key, ...jsonPost(body) });
  expect(response.status).toBe(400);
  expect((await response.json()).errors.map((error: { field: string }) => error.field)).toContain(field);
  expect(await rollout()).toEqual(before);
});

it("is no way around the environment that a key is for", async () => {
  const response = await server.call("/api/v1/rollback", { key, ...jsonPost({ environment: "staging" }) });
  expect(response.status).toBe(403);
});
