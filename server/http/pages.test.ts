import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "./testing/start-test-server";

let server: TestServer;
/** What Next would have been handed. */
const seen: { url: string; method: string; headers: IncomingHttpHeaders }[] = [];
let upgrades = 0;

beforeAll(async () => {
  server = await startTestServer({
    next: {
      handle: async (incoming, outgoing) => {
        seen.push({ url: incoming.url ?? "", method: incoming.method ?? "", headers: { ...incoming.headers } });
        if (incoming.url === "/breaks") throw new Error("canary of a page");
        outgoing.end("page");
      },
      upgrade: () => {
        upgrades += 1;
      },
      close: async () => {},
    },
  });
});
afterAll(() => server.stop());

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("what is handed to Next", () => {
  it("has a policy whose nonce is new each time and the same in request and answer", async () => {
    const policies = [];
    for (let n = 0; n < 2; n += 1) {
      const response = await server.call("/generations?row=1", {
        headers: { "content-security-policy": "script-src *" },
      });
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(seen.at(-1)?.headers["content-security-policy"]).toBe(policy);
      expect(policy).toMatch(/script-src 'nonce-[\w+/]{24}' 'strict-dynamic';/);
      expect(policy).not.toContain("unsafe-eval");
      expect(response.headers.get("x-frame-options")).toBe("DENY");
      expect(response.headers.get("cache-control")).toBe("no-store");
      policies.push(policy);
    }
    expect(new Set(policies).size).toBe(2);
  });

  it("has lost the words that only Next's own parts may say", async () => {
    const headers = {
      "x-middleware-subrequest": "proxy",
      "x-invoke-path": "/",
      "x-nextjs-data": "1",
      "x-matched-path": "/",
      "x-request-id": "mine",
      "x-switchyard-client-address": "6.6.6.6",
      "x-http-method-override": "DELETE",
      rsc: "1",
    };
    await server.call("/", { headers });
    const got = seen.at(-1)?.headers ?? {};
    expect(Object.keys(got).filter((name) => /^x-(middleware|invoke|nextjs|matched|http)/.test(name))).toEqual([]);
    expect(got["x-request-id"]).not.toBe("mine");
    expect(got["x-switchyard-client-address"]).toMatch(/127\.0\.0\.1$/);
    expect(got.rsc).toBe("1");
  });

  it.each([
    ["a Server Action", "/", { method: "POST", headers: { "next-action": "abc" } }, 400],
    ["a form", "/", { method: "POST", body: new URLSearchParams({ a: "b" }) }, 404],
    ["a PUT", "/generations", { method: "PUT" }, 404],
    ["the image optimizer", "/_next/image?url=x&w=64&q=75", {}, 404],
    ["an unknown API path", "/api/v1/nothing", {}, 404],
    ["an unknown hook", "/hooks/x", { method: "POST" }, 404],
  ] as [string, string, RequestInit, number][])("is never %s", async (_name, path, init, status) => {
    const before = seen.length;
    const response = await server.call(path, init);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(seen.length).toBe(before);
  });

  it("is a tRPC post of known and bounded length only", async () => {
    const path = "/api/trpc/generations.submit";
    expect((await server.call(path, { method: "POST", body: "{}" })).status).toBe(200);
    expect((await server.call(path, { method: "POST", body: Buffer.alloc(13_000_000) })).status).toBe(413);
    const chunked = await raw(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 400/);
  });

  it("never is a foreign upgrade", async () => {
    const answer = await raw(
      "GET /_next/webpack-hmr HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(upgrades).toBe(0);
  });

  it("tells nothing of its errors", async () => {
    const response = await server.call("/breaks");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("canary");
    expect(server.logged.join("\n")).toContain("canary of a page");
  });

  it("leaves no query in the log", async () => {
    await server.call("/setup?token=canary-token");
    expect(server.logged.join("\n")).toContain('"path":"/setup"');
    expect(server.logged.join("\n")).not.toContain("canary-token");
  });
});

describe("broken HTTP", () => {
  it("gets a problem and loses its connection", async () => {
    expect(await raw("BREW / HTCPCP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [\s\S]*problem\+json/);
    const smuggled = await raw(
      "POST /api/v1/generations HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x",
    );
    expect(smuggled).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe("stopping", () => {
  it("is no longer ready, ends those who wait, and closes", async () => {
    const other = await startTestServer();
    const { key } = await other.makeKey();
    const body = JSON.stringify({ operation: "txt2img", prompt: "x" });
    const waiting = other.call("/api/v1/generations", {
      method: "POST",
      body,
      key,
      headers: { "content-type": "application/json", prefer: "wait=300" },
    });
    await expect
      .poll(
        async () =>
          ((await (await other.call("/api/v1/generations", { key })).json()) as { rows: unknown[] }).rows.length,
      )
      .toBe(1);
    const stopped = other.stop();
    expect((await waiting).status).toBe(202);
    await stopped;
    await expect(other.call("/api/health/live")).rejects.toThrow();
  });
});
