import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { exportGenerations } from "@/db/queries/export-generations";
import { insertGenerations } from "@/db/testing/insert-generations";
import { mintSetupToken } from "@/server/auth/setup-token";
import { GENERATION_SORTS } from "@/server/domain/generation-sort";
import { jsonPost, startTestServer, type TestServer } from "./testing/start-test-server";

const NEWEST = Date.UTC(2026, 10, 25, 12);
const PATH = "/api/v1/generations/export";
let server: TestServer;
let connection: Connection;
let key: string;

beforeAll(async () => {
  // People sign in only where there is a console.
  const console = { handle: async () => {}, upgrade: async () => {}, close: async () => {} };
  server = await startTestServer({ next: console });
  connection = connect({ url: server.databaseUrl, name: "test", ...POOL_LIMITS.tool });
  await insertGenerations(connection.pool, {
    environment: "production",
    count: 3_000,
    newestMs: NEWEST,
    stepMs: 1_000,
  });
  await insertGenerations(connection.pool, {
    environment: "staging",
    count: 10_000,
    newestMs: NEWEST,
    stepMs: 1_000,
    promptChars: 8_000,
  });
  ({ key } = await server.makeKey({ scopes: ["read"] }));
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

async function lines(query: string): Promise<string[]> {
  const response = await server.call(`${PATH}?${query}`, { key });
  expect(response.status).toBe(200);
  return (await response.text()).split(/\r?\n/).slice(0, -1);
}

async function idsWhere(condition: string): Promise<string[]> {
  const { rows } = await connection.pool.query<{ id: string }>(
    `select id from generations where environment = 'production' and ${condition} order by id desc`,
  );
  return rows.map((row) => row.id);
}

describe("an export", () => {
  it.each([
    ["", "true"],
    ["state=failed&provider=comfyui", "state = 'failed' and provider = 'comfyui'"],
    ["failureMode=rate_limited,model_not_found", "failure_mode in ('rate_limited', 'model_not_found')"],
    [
      "from=2026-11-25T11:20:00Z&to=2026-11-25T11:50:00.001Z",
      "created_at >= '2026-11-25T11:20Z' and created_at < '2026-11-25T11:50:00.001Z'",
    ],
    ["search=HYPERLINK&source=playground", "source = 'playground' and id::text like '%a'"],
    ["coldClass=throttled", "false"],
  ])("of %j has exactly those rows, newest first", async (query, condition) => {
    const [head, ...rows] = await lines(query);
    expect(head?.split(",").slice(0, 4)).toEqual(["id", "createdAt", "finishedAt", "environment"]);
    expect(rows.map((row) => row.slice(0, 36))).toEqual(await idsWhere(condition));
    const objects = await lines(`${query}&format=ndjson`);
    expect(objects.map((line) => JSON.parse(line).id)).toEqual(await idsWhere(condition));
  });

  it.each(GENERATION_SORTS)("by %s follows the list's order to its last row, what is unknown last", async (sort) => {
    const query = `state=succeeded,failed&coldClass=warm&sort=${sort}`;
    const listed: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = `/api/v1/generations?${query}&limit=200${cursor && `&cursor=${cursor}`}`;
      const answer: { rows: { id: string }[]; nextCursor: string | null } = await (
        await server.call(page, { key })
      ).json();
      listed.push(...answer.rows.map(({ id }) => id));
      cursor = answer.nextCursor;
    }
    expect(listed.length).toBeGreaterThan(2_000);
    const [, ...rows] = await lines(query);
    expect(rows.map((row) => row.slice(0, 36))).toEqual(listed);
  });

  it.each(GENERATION_SORTS)(
    "by %s of more than is sorted at once has the same rows in the same order",
    async (sort) => {
      const filter = { environment: "production", states: ["failed" as const] };
      const idsBy = async (options: { stepRows: number; sortedMax?: number }) => {
        const ids: string[] = [];
        for await (const rows of exportGenerations(connection.db, filter, { sort, ...options }))
          ids.push(...rows.map(({ id }) => String(id)));
        return ids;
      };
      const whole = await idsBy({ stepRows: 5_000 });
      expect(whole).toHaveLength(60);
      expect(await idsBy({ stepRows: 25 })).toEqual(whole);
      expect(await idsBy({ stepRows: 250, sortedMax: 0 })).toEqual(whole);
    },
  );

  it("writes times in UTC, plain numbers, and no formula", async () => {
    const [head = "", newest = ""] = await lines("");
    const cells = newest.split(",");
    const cell = (name: string) => cells[head.split(",").indexOf(name)];
    expect(cell("createdAt")).toBe("2026-11-25T12:00:00.000Z");
    expect(cell("latencyMs")).toBe("900");
    expect(cell("costMicros")).toBe("1000");
    expect(cell("width")).toBe("512");
    const formulas = (await lines("search=HYPERLINK")).slice(1);
    expect(formulas.length).toBeGreaterThan(100);
    for (const line of formulas) expect(line).toMatch(/,"'=HYPERLINK\(""x""\)"$/);
    const [object = "{}"] = await lines("search=HYPERLINK&format=ndjson");
    expect(JSON.parse(object)).toMatchObject({
      prompt: '=HYPERLINK("x")',
      width: 512,
      createdAt: expect.stringMatching(/Z$/),
    });
  });

  it("is named after its environment, and is for keys with the scope, and for who is signed in", async () => {
    const named = await server.call(PATH, { key });
    expect(named.headers.get("content-disposition")).toMatch(
      /^attachment; filename="generations-production-\d{8}T\d{6}Z\.csv"$/,
    );
    expect(named.headers.get("content-type")).toMatch(/^text\/csv; charset=utf-8/);
    await named.text();
    const other = await server.makeKey({ environment: "staging", scopes: ["read"] });
    expect((await server.call(`${PATH}?environment=production`, { key: other.key })).status).toBe(403);
    expect((await server.call(`${PATH}?format=xlsx`, { key })).status).toBe(400);
    expect((await server.call(`${PATH}?limit=3`, { key })).status).toBe(400);

    expect((await server.call(PATH)).status).toBe(401);
    expect((await server.call(PATH, { headers: { cookie: "better-auth.session_token=forged" } })).status).toBe(401);
    const query = "environment=production&state=cancelled";
    const signedIn = await server.call(`${PATH}?${query}`, { headers: { cookie: await signIn() } });
    expect(await signedIn.text()).toBe(await (await server.call(`${PATH}?${query}`, { key })).text());
    expect(signedIn.status).toBe(200);
  });

  it("waits for a slow reader, and stops when the reader leaves", async () => {
    const { key: own } = await server.makeKey({ environment: "staging", scopes: ["read"] });
    const { db } = server.runtime;
    let statements = 0;
    server.runtime.db = new Proxy(db, {
      get(target, name, receiver) {
        if (name === "select") statements += 1;
        return Reflect.get(target, name, receiver);
      },
    });
    const request = get(server.url + PATH, { headers: { authorization: `Bearer ${own}` } });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    answer.pause();
    answer.on("error", () => {});
    // A reader who takes all of his two steps, two statements each, is not held up by the one who takes nothing.
    expect(await lines("")).toHaveLength(1 + 3_000);
    // The slow one's five steps would be ten. Of 16 MB each, the system's own buffers hold less than one.
    expect(statements - 4).toBeLessThanOrEqual(4);
    const before = server.logged.length;
    request.destroy();
    await expect.poll(() => server.logged.slice(before).join("\n"), { timeout: 20_000 }).toContain(PATH);
    server.runtime.db = db;
    expect(statements - 4).toBeLessThanOrEqual(4);
    expect(server.logged.slice(before).join("\n")).not.toContain("broke off");
  });
});

async function signIn(): Promise<string> {
  const token = await mintSetupToken(server.runtime.db);
  const answer = await server.call(
    "/api/auth/setup",
    jsonPost(
      { token, name: "Mira", email: "mira@example.com", password: "correct horse battery" },
      { origin: server.url },
    ),
  );
  expect(answer.status).toBe(200);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}
