import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "./testing/start-test-server";

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ key } = await server.makeKey({ scopes: ["read"] }));
});
afterAll(() => server.stop());

it("gives a week as a file, to who may read", async () => {
  const path = "/api/v1/reviews/2026-W47?timeZone=Europe/Berlin";
  const csv = await server.call(`${path}&format=csv`, { key });
  expect(csv.status).toBe(200);
  expect(csv.headers.get("content-disposition")).toBe('attachment; filename="review-production-2026-W47.csv"');
  expect((await csv.text()).split("\r\n")).toHaveLength(16);
  expect(await (await server.call(path, { key })).json()).toMatchObject({ from: "2026-11-15T23:00:00.000Z" });
  expect((await server.call(path, { key: null })).status).toBe(401);
  const other = await server.makeKey({ scopes: ["generate"] });
  expect((await server.call(path, { key: other.key })).status).toBe(403);
  expect((await server.call(`${path}&environment=staging`, { key })).status).toBe(403);
});

it.each([
  ["2026-W54", "week"],
  ["2026-W47?format=pdf", "format"],
  ["2026-W47?timeZone=Mars/Olympus", "timeZone"],
  ["2026-W47?zone=UTC", "zone"],
])("refuses %s, naming the field", async (path, field) => {
  const response = await server.call(`/api/v1/reviews/${path}`, { key });
  expect(response.status).toBe(400);
  expect(JSON.stringify((await response.json()).errors)).toContain(field);
});
