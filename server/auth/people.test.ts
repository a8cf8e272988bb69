import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rateLimits, sessions, users } from "@/db/schema";
import { verifyAudit } from "@/server/audit/verify-audit";
import { mintSetupToken } from "@/server/auth/setup-token";
import { jsonPost, startTestServer, type TestServer } from "@/server/http/testing/start-test-server";
import { createTrpcContext } from "@/server/trpc/context";
import { createCaller } from "@/server/trpc/root";

let server: TestServer;
const ada = { email: "ada@example.com", password: "correct horse battery" };

beforeAll(async () => {
  server = await startTestServer({ next: nobody() });
});
afterAll(() => server.stop());

/** A console without pages: the doors for people are open as soon as there is one. */
function nobody() {
  return {
    handle: async (_incoming: unknown, outgoing: import("node:http").ServerResponse) => {
      outgoing.end("page");
    },
    upgrade: () => {},
    close: async () => {},
  };
}

const own = () => ({ origin: server.url });
const post = (path: string, body: unknown, headers: Record<string, string> = own()) =>
  server.call(path, jsonPost(body, headers));
const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

describe("the first administrator", () => {
  it("is made once, by the link, within its time", async () => {
    const token = (await mintSetupToken(server.runtime.db)) ?? "";
    const second = (await mintSetupToken(server.runtime.db)) ?? "";
    const body = { token, name: "Ada", ...ada };
    expect((await post("/api/auth/setup", { ...body, token: "guess" })).status).toBe(403);
    const weak = await post("/api/auth/setup", { ...body, password: "short" });
    expect(weak.status).toBe(400);
    expect(await weak.text()).not.toContain("short");
    expect((await post("/api/auth/setup", body, { origin: "http://evil.example" })).status).toBe(403);
    expect((await post("/api/auth/setup", body, {})).status).toBe(403);

    const answers = await Promise.all(
      [body, { ...body, email: "eve@example.com" }, { ...body, token: second, email: "mal@example.com" }].map((one) =>
        post("/api/auth/setup", one),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 403, 403]);
    const good = answers.find((answer) => answer.status === 200);
    expect(good?.headers.getSetCookie().join()).toMatch(/switchyard\.session=.*HttpOnly.*SameSite=Lax/i);
    expect(await server.runtime.db.select().from(users)).toMatchObject([{ role: "admin" }]);
    expect(await mintSetupToken(server.runtime.db)).toBeNull();
    expect((await post("/api/auth/setup", { ...body, token: second })).status).toBe(403);
    expect(await verifyAudit(server.runtime.db)).toMatchObject({ ok: true, entries: 1 });
    // Whoever of the three won the race, the tests go on as Ada.
    await server.runtime.db.update(users).set({ email: ada.email });
  });
});

describe("signing in and out", () => {
  beforeEach(() => server.runtime.db.delete(rateLimits));

  it("opens a session that ends with sign-out", async () => {
    const signedIn = await post("/api/auth/sign-in/email", ada);
    expect(signedIn.status).toBe(200);
    const cookie = cookieOf(signedIn);
    const context = await createTrpcContext(new Headers({ cookie }));
    expect(context.session?.principal).toMatchObject({ kind: "user", role: "admin", name: ada.email });
    expect((await server.call("/api/v1/generations", { headers: { cookie } })).status).toBe(401);
    await post("/api/auth/sign-out", {}, { ...own(), cookie });
    expect((await createTrpcContext(new Headers({ cookie }))).session).toBeNull();
  });

  it("ends a session seven days after sign-in, however much it is used", async () => {
    await server.runtime.db.delete(sessions);
    const cookie = cookieOf(await post("/api/auth/sign-in/email", ada));
    await server.runtime.db.update(sessions).set({ createdAt: sql`clock_timestamp() - interval '169 hours'` });
    expect((await createTrpcContext(new Headers({ cookie }))).session).toBeNull();
    expect(await server.runtime.db.select().from(sessions)).toEqual([]);
  });

  it("takes no forged cookie, and none that is only the token of the table", async () => {
    const cookie = cookieOf(await post("/api/auth/sign-in/email", ada));
    const [row] = await server.runtime.db.select().from(sessions);
    for (const forged of [
      `switchyard.session=${row?.token}`,
      `switchyard.session=${row?.token}.AAAA`,
      cookie.slice(0, -6),
    ])
      expect((await createTrpcContext(new Headers({ cookie: forged }))).session).toBeNull();
  });

  it("stops guessing after five tries, also when they come at once, and says the same of unknown people", async () => {
    const guesses = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post("/api/auth/sign-in/email", { ...ada, password: `guess ${n}` })),
    );
    const count = (status: number) => guesses.filter((answer) => answer.status === status).length;
    // On a busy machine some are told 503 instead; what counts is how many passwords were looked at.
    expect(count(401)).toBeLessThanOrEqual(5);
    expect(count(401) + count(429) + count(503)).toBe(20);
    expect(count(429)).toBeGreaterThan(0);
    expect(Number(guesses.find((answer) => answer.status === 429)?.headers.get("retry-after"))).toBeGreaterThan(60);
    expect((await post("/api/auth/sign-in/email", ada)).status).toBe(429);
    await server.runtime.db.delete(rateLimits);
    const [known, unknown] = await Promise.all([
      post("/api/auth/sign-in/email", { ...ada, password: "wrong" }),
      post("/api/auth/sign-in/email", { email: "nobody@example.com", password: "wrong" }),
    ]);
    const words = async (response: Response) => ((await response.json()) as { detail: string }).detail;
    expect(await words(known)).toBe(await words(unknown));
  });

  it("gives right passwords their tries back", async () => {
    for (let n = 0; n < 8; n += 1) expect((await post("/api/auth/sign-in/email", ada)).status).toBe(200);
  });

  it.each([
    [
      "form",
      { method: "POST", body: "email=a", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
    ],
    ["text", { method: "POST", body: "{}", headers: { "content-type": "text/plain" } }, 415],
    ["extra field", jsonPost({ ...ada, role: "admin" }), 400],
  ])("refuses a %s", async (_name, init, status) => {
    const headers = { ...(init.headers as Record<string, string>), origin: server.url };
    expect((await server.call("/api/auth/sign-in/email", { ...init, headers })).status).toBe(status);
  });

  it("has no other door", async () => {
    for (const path of [
      "sign-up/email",
      "get-session",
      "list-sessions",
      "update-user",
      "admin/create-user",
      "token",
      "error",
      "ok",
    ])
      expect((await post(`/api/auth/${path}`, {})).status).toBe(404);
  });
});

describe("tRPC", () => {
  it("opens no procedure without a session but the named ones", async () => {
    const { appRouter } = await import("@/server/trpc/root");
    const all = Object.entries(
      appRouter._def.procedures as unknown as Record<string, { _def: { meta?: { access: string } } }>,
    );
    expect(all.length).toBeGreaterThan(10);
    const open = all.filter(([, procedure]) => procedure._def.meta?.access === "public").map(([path]) => path);
    expect(open).toEqual(["session.setupNeeded"]);
    const anonymous = createCaller(() => createTrpcContext(new Headers()));
    for (const [path] of all) {
      if (open.includes(path)) continue;
      const [room = "", name = ""] = path.split(".");
      const call = (anonymous as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[
        room
      ]?.[name];
      await expect(call?.({}), path).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    }
  });

  it("shows a viewer no keys and lets them make nothing", async () => {
    const context = await createTrpcContext(
      new Headers({ cookie: cookieOf(await post("/api/auth/sign-in/email", ada)) }),
    );
    const { session } = context;
    if (!session) throw new Error("no session");
    const viewer = createCaller({
      ...context,
      session: { ...session, principal: { ...session.principal, role: "viewer" } },
    });
    await expect(viewer.keys.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(
      viewer.generations.submit({ environment: "production", operation: "txt2img", prompt: "x" }),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await viewer.generations.list({ filter: { environment: "production" } })).rows).toEqual([]);
  });

  it("serves the console's round: submit, list, count, read, cancel, keys, overview", async () => {
    const cookie = cookieOf(await post("/api/auth/sign-in/email", ada));
    const caller = createCaller(() => createTrpcContext(new Headers({ cookie })));
    const { id } = await caller.generations.submit({
      environment: "production",
      operation: "txt2img",
      prompt: "a red fox",
      provider: "runpod",
    });
    expect(await caller.generations.get({ id })).toMatchObject({
      provider: "comfyui",
      source: "playground",
      caller: ada.email,
    });
    expect(await caller.generations.facets({ environment: "production", states: ["failed"] })).toMatchObject({
      total: 0,
      states: { queued: 1 },
      providers: {},
    });
    const from = Date.now() - 3_600_000;
    const window = { environment: "production", fromMs: from, toMs: Date.now() + 60_000 };
    // It waits in the queue: in no count of what has ended, and open for those who also count trials.
    expect(await caller.metrics.series(window)).toMatchObject({ open: { scenario: 0, comfyui: 0 } });
    expect(await caller.metrics.totals({ ...window, populations: ["callers", "trials"] })).toMatchObject({
      open: { scenario: 0, comfyui: 1 },
      current: { all: { generations: 0 } },
    });
    const { revision } = await caller.overview.get({ environment: "production" });
    expect(revision).toMatchObject({ number: 1, candidateShareBp: 0 });
    expect(await caller.generations.cancel({ id })).toMatchObject({ id });
    const { key, view } = await caller.keys.create({ name: "app", environment: "production", scopes: ["read"] });
    expect((await server.call("/api/v1/generations", { key })).status).toBe(200);
    expect(await caller.keys.revoke({ id: view.id })).toMatchObject({ id: view.id, prefix: view.prefix });
    expect((await server.call("/api/v1/generations", { key })).status).toBe(401);
    expect(JSON.stringify(await caller.keys.list({}))).not.toContain(key.slice(-20));
    expect(await caller.providers.status({ environment: "production" })).toMatchObject([
      { provider: "scenario", configured: true },
      { provider: "comfyui" },
    ]);
    expect(await verifyAudit(server.runtime.db)).toMatchObject({ ok: true });
  });
});
