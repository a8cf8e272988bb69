import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localPrincipal } from "@/server/auth/access";
import { makeApiKey } from "@/server/auth/api-key-format";
import { revokeApiKey } from "@/server/auth/revoke-api-key";
import { newId } from "@/server/domain/ids";
import { API_SCOPES } from "@/server/domain/vocabulary";
import { capabilityToken } from "@/server/engine/capability";
import type { Route } from "./call";
import { jsonPost, startTestServer, type TestServer } from "./testing/start-test-server";

let server: TestServer;
const keys = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer();
  const past = await server.makeKey({ expiresAtMs: Date.now() + 3_600_000 });
  const { apiKeys } = await import("@/db/schema");
  const { eq } = await import("drizzle-orm");
  await server.runtime.db
    .update(apiKeys)
    .set({ expiresAt: new Date(0) })
    .where(eq(apiKeys.id, past.id));
  const revoked = await server.makeKey();
  await revokeApiKey(
    { db: server.runtime.db, principal: localPrincipal("test"), via: "cli", requestId: null },
    revoked.id,
  );
  const good = (await server.makeKey()).key;
  keys.set("expired", past.key);
  keys.set("revoked", revoked.key);
  for (const scope of API_SCOPES)
    keys.set(`all but ${scope}`, (await server.makeKey({ scopes: API_SCOPES.filter((other) => other !== scope) })).key);
  keys.set("unknown", makeApiKey("production").key);
  keys.set("mistyped", `${good.slice(0, -1)}${good.endsWith("0") ? "1" : "0"}`);
});
afterAll(() => server.stop());

function request(route: Route): [path: string, init: RequestInit] {
  const path = route.path
    .replace(":id", newId())
    .replace(":name", "x.png")
    .replace(":attemptId", newId())
    .replace(":token", "t");
  return [path, { method: route.method, ...(route.method === "POST" ? jsonPost({}) : {}) }];
}

describe("every route", () => {
  it("is closed without a key, with a bad one and with one that lacks the scope", async () => {
    const closed = server.http.routes.filter((route) => route.access !== "public");
    expect(closed.length).toBeGreaterThanOrEqual(5);
    for (const route of closed) {
      const [path, init] = request(route);
      const anonymous = await server.call(path, init);
      expect([route.path, anonymous.status]).toEqual([route.path, 401]);
      expect(anonymous.headers.get("www-authenticate")).toMatch(/^Bearer/);
      for (const name of ["expired", "revoked", "unknown", "mistyped"]) {
        const response = await server.call(path, { ...init, key: keys.get(name) });
        expect([route.path, name, response.status]).toEqual([route.path, name, 401]);
      }
      const scoped = await server.call(path, { ...init, key: keys.get(`all but ${route.access}`) });
      expect([route.path, scoped.status]).toEqual([route.path, 403]);
      const basic = await server.call(path, { ...init, headers: { ...init.headers, authorization: "Basic eDp5" } });
      expect(basic.status).toBe(401);
    }
  });

  it("that is open says why, and these are all of them", () => {
    const open = server.http.routes.filter((route) => route.access === "public").map((route) => route.path);
    expect(open).toEqual([
      "/api/v1/openapi.json",
      "/images/:name",
      "/hooks/runpod/:attemptId/:token",
      "/api/health/live",
      "/api/health/ready",
      "/api/metrics",
    ]);
  });
});

describe("API keys", () => {
  it("refuses a revoked key at once, also while it is in use", async () => {
    const { id, key } = await server.makeKey();
    const ask = async () => (await server.call("/api/v1/generations", { key })).status;
    expect(await ask()).toBe(200);
    let stop = false;
    const busy = (async () => {
      while (!stop) await ask();
    })();
    await revokeApiKey({ db: server.runtime.db, principal: localPrincipal("test"), via: "cli", requestId: null }, id);
    expect(await ask()).toBe(401);
    stop = true;
    await busy;
  });

  it("serves another environment to nobody", async () => {
    const { key } = await server.makeKey({ environment: "staging" });
    const body = { operation: "txt2img", prompt: "x" };
    const header = await server.call("/api/v1/generations", {
      ...jsonPost(body, { "x-switchyard-environment": "production" }),
      key,
    });
    expect(header.status).toBe(403);
    const list = await server.call("/api/v1/generations?environment=production", { key });
    expect(list.status).toBe(403);
  });

  it("needs a scope of its own to choose the provider", async () => {
    const { key } = await server.makeKey();
    const response = await server.call("/api/v1/generations", {
      ...jsonPost({ operation: "txt2img", prompt: "x", provider: "runpod" }),
      key,
    });
    expect(response.status).toBe(403);
    expect(((await response.json()) as { detail: string }).detail).toContain("choose_provider");
  });

  it("notes its use in the database, and keeps only a digest there", async () => {
    const { key, id } = await server.makeKey();
    await server.call("/api/v1/generations", { key });
    const { listApiKeys } = await import("@/db/queries/api-keys");
    await expect
      .poll(async () => (await listApiKeys(server.runtime.db, null)).find((row) => row.id === id)?.lastUsedAtMs)
      .toBeGreaterThan(0);
    const { rows } = await server.runtime.db.execute("select row_to_json(k)::text as text from api_keys k");
    const secret = key.split("_").at(-1)?.slice(4, 40) ?? "";
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});

describe("hooks", () => {
  it("answers a forged address like one that does not exist, and a good one at once", async () => {
    const attemptId = newId();
    const token = capabilityToken(server.runtime.secret, attemptId);
    const hook = (path: string, body = '{"id":"job-1","output":"canary-in-a-hook"}') =>
      server.call(`/hooks/runpod/${path}`, { method: "POST", body, headers: { "content-type": "application/json" } });
    expect((await hook(`${newId()}/${token}`)).status).toBe(404);
    expect((await hook(`${attemptId}/${token.slice(0, -1)}`)).status).toBe(404);
    expect((await hook(`not-an-id/${capabilityToken(server.runtime.secret, "not-an-id")}`)).status).toBe(404);
    expect((await hook(`${attemptId}/${token}`)).status).toBe(200);
    expect((await hook(`${attemptId}/${token}`, "not json at all")).status).toBe(200);
    expect((await hook(`${attemptId}/${token}`, `{"id":"j","output":"${"x".repeat(3_000_000)}"}`)).status).toBe(200);
    expect((await server.call(`/hooks/runpod/${attemptId}/${token}`)).status).toBe(404);
    const log = server.logged.join("\n");
    expect(log).not.toContain(token);
    expect(log).not.toContain("canary-in-a-hook");
  });

  it("hands the engine the job that the body speaks of", async () => {
    const hints: unknown[] = [];
    const { hint } = server.runtime;
    server.runtime.hint = async (given) => hints.push(given) > 0;
    const attemptId = newId();
    const token = capabilityToken(server.runtime.secret, attemptId);
    for (const body of ['{"input":{"id":"nested"},"id":"job-7"}', '{"id":{"$gt":1}}', '{"id":"a b"}', "null"])
      await server.call(`/hooks/runpod/${attemptId}/${token}`, { method: "POST", body });
    server.runtime.hint = hint;
    expect(hints).toEqual(["job-7", null, null, null].map((jobId) => ({ attemptId, token, jobId })));
  });
});

describe("pictures, health, metrics", () => {
  it("refuses forged, altered and expired addresses, and says when a picture is gone", async () => {
    const sha256 = "a".repeat(64);
    const url = server.runtime.images.signedUrl({ sha256, mimeType: "image/png" }, Date.now());
    expect((await server.call(url)).status).toBe(404);
    expect((await server.call(url.replace(sha256, "b".repeat(64)))).status).toBe(403);
    expect((await server.call(url.replace(".png", ".jpg"))).status).toBe(403);
    expect((await server.call(`${url}x`)).status).toBe(403);
    const old = server.runtime.images.signedUrl({ sha256, mimeType: "image/png" }, Date.now() - 86_400_000);
    expect((await server.call(old)).status).toBe(403);
    expect((await server.call("/images/../../etc/passwd")).status).toBe(404);
    expect((await server.call("/images/%2e%2e%2fetc%2fpasswd")).status).toBe(403);
  });

  it("shows strangers health only", async () => {
    expect(await (await server.call("/api/health/live")).json()).toEqual({ status: "ok" });
    expect(await (await server.call("/api/health/ready")).json()).toEqual({ status: "ok" });
    expect((await server.call("/api/metrics", { headers: { "x-forwarded-for": "1.2.3.4" } })).status).toBe(401);
    expect((await server.call("/api/metrics", { key: keys.get("all but read") })).status).toBe(403);
    await server.runtime.db.execute(sql`
      insert into endpoint_warnings (id, environment, key, level, state, title, says, todo, looks, fired_at)
      values (gen_random_uuid(), 'production', 'storage_full', 'breach', 'firing', 'No place for pictures', '', '', 0, now())`);
    const text = await (await server.call("/api/metrics")).text();
    expect(text).toMatch(
      /^switchyard_storage_warning\{environment="production",finding="storage_full",level="breach"\} 1$/m,
    );
    expect(text).not.toMatch(/^switchyard_endpoint_warning\{/m);
    expect(text).toMatch(
      /^switchyard_http_requests_total\{method="GET",route="\/api\/health\/live",status="200"\} 1$/m,
    );
  });

  it("says nothing about itself in headers, and never lets an answer be kept or framed", async () => {
    for (const path of ["/", "/api/v1/generations", "/api/health/live", "/nothing"]) {
      const { headers } = await server.call(path);
      expect(headers.get("server")).toBeNull();
      expect(headers.get("x-powered-by")).toBeNull();
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    }
  });

  it("describes itself in OpenAPI 3.1, every reference resolved", async () => {
    const document = (await (await server.call("/api/v1/openapi.json")).json()) as Record<string, never>;
    const references = JSON.stringify(document).match(/"\$ref":"#\/[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(5);
    for (const reference of new Set(references)) {
      const path = reference.slice(10, -1).split("/");
      expect(path.reduce<unknown>((node, name) => (node as Record<string, unknown>)?.[name], document)).toBeDefined();
    }
    expect(document).toMatchObject({
      openapi: "3.1.0",
      components: { schemas: { Submission: { required: ["operation"] } } },
    });
  });
});

describe("secrets", () => {
  it("are in no log line", () => {
    const log = server.logged.join("\n");
    expect(log.length).toBeGreaterThan(1_000);
    for (const key of keys.values()) expect(log).not.toContain(key);
    expect(log).not.toContain("canary-");
    expect(log).not.toContain("a secret of the tests");
  });
});
