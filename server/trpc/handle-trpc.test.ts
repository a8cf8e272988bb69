import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generationEvents } from "@/db/schema";
import { mintSetupToken } from "@/server/auth/setup-token";
import { announceChange } from "@/server/engine/changes";
import { jsonPost, startTestServer, type TestServer } from "@/server/http/testing/start-test-server";
import { handleTrpc } from "./handle-trpc";

let server: TestServer;
let cookie: string;

beforeAll(async () => {
  server = await startTestServer({ next: { handle: async () => {}, upgrade: () => {}, close: async () => {} } });
  const token = await mintSetupToken(server.runtime.db);
  const body = { token, name: "Ada", email: "ada@example.com", password: "correct horse battery" };
  const answer = await server.call("/api/auth/setup", jsonPost(body, { origin: server.url }));
  cookie = answer.headers
    .getSetCookie()
    .map((part) => part.split(";")[0])
    .join("; ");
});
afterAll(() => server.stop());

interface Answer {
  result?: { data: { id: string; created: boolean } };
  error?: {
    message: string;
    data: { code: string; problems: { field: string; rule: string }[]; requestId: string; stack?: string };
  };
}

function post(procedure: string, input: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const all = {
    "content-type": "application/json",
    "sec-fetch-site": "same-origin",
    cookie,
    "x-request-id": "r-1",
    ...headers,
  };
  const request = new Request(`${server.url}/api/trpc/${procedure}`, {
    method: "POST",
    headers: all,
    body: JSON.stringify(input),
  });
  return handleTrpc(request);
}

const fox = { environment: "production", operation: "txt2img", prompt: "a red fox" };

describe("tRPC over HTTP", () => {
  it.each([
    ["cross-site", { "sec-fetch-site": "cross-site" }, 403],
    ["a typed address", { "sec-fetch-site": "none" }, 403],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["plain text", { "content-type": "text/plain" }, 415],
    ["multipart", { "content-type": "multipart/form-data; boundary=x" }, 415],
    ["no session", { cookie: "" }, 401],
    ["a forged session", { cookie: "switchyard.session=x.y" }, 401],
  ] as [string, Record<string, string>, number][])("refuses a mutation from %s", async (_name, headers, status) => {
    expect((await post("generations.submit", fox, headers)).status).toBe(status);
    const { rows } = await server.runtime.db.execute(sql`select 1 from generations`);
    expect(rows).toEqual([]);
  });

  const hours = (n: number) => Date.UTC(2026, 10, 25) + n * 3_600_000;
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ["a range that ends before it starts", { toMs: hours(-1) }, "toMs", /must be after fromMs/],
    ["a range of 200 years", { fromMs: 0, toMs: hours(200 * 8_766) }, "fromMs", /at most 5 years/],
    ["a series that there is not", { series: ["happiness"] }, "series.0", /^must be one of /],
    ["a class that there is not", { classes: ["tepid"] }, "classes.0", /^must be one of /],
    [
      "a bucket finer than what is kept",
      { fromMs: hours(-9_000), bucketMs: 60_000 },
      "bucketMs",
      /nothing finer is kept/,
    ],
  ])("refuses %s with the rule", async (_name, change, field, rule) => {
    const input = { environment: "production", fromMs: hours(0), toMs: hours(1), ...change };
    const url = `${server.url}/api/trpc/metrics.series?input=${encodeURIComponent(JSON.stringify(input))}`;
    const response = await handleTrpc(new Request(url, { headers: { cookie, "sec-fetch-site": "same-origin" } }));
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as Answer;
    expect(error?.data.problems).toEqual([{ field, rule: expect.stringMatching(rule) }]);
  });

  const backwards = { environment: "production", fromMs: hours(1), toMs: hours(0) };
  it.each<[string, string, unknown]>([
    ["list", "filter.", { filter: backwards }],
    ["facets", "", backwards],
    ["chart", "", backwards],
  ])("generations.%s refuses a time that ends before it starts, or 200 years later", async (procedure, path, input) => {
    const ask = async (input: unknown) => {
      const url = `${server.url}/api/trpc/generations.${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`;
      const response = await handleTrpc(new Request(url, { headers: { cookie, "sec-fetch-site": "same-origin" } }));
      return { status: response.status, problems: ((await response.json()) as Answer).error?.data.problems };
    };
    expect(await ask(input)).toEqual({
      status: 400,
      problems: [
        { field: `${path}fromMs`, rule: "must be before toMs" },
        { field: `${path}toMs`, rule: "must be after fromMs" },
      ],
    });
    const wide = JSON.parse(
      JSON.stringify(input)
        .replace(String(hours(1)), "0")
        .replace(String(hours(0)), "9e12"),
    );
    expect((await ask(wide)).problems?.map(({ rule }) => rule)).toEqual([
      "must be at most 5 years before toMs",
      "must be at most 5 years after fromMs",
    ]);
  });

  it("never lets a GET change something", async () => {
    const url = `${server.url}/api/trpc/generations.submit?input=${encodeURIComponent(JSON.stringify(fox))}`;
    const response = await handleTrpc(new Request(url, { headers: { cookie, "x-http-method-override": "POST" } }));
    expect(response.status).toBe(405);
  });

  it("names field and rule of bad input", async () => {
    const response = await post("generations.submit", { ...fox, prompt: "", surprise: 1 });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as Answer;
    expect(error?.data.problems).toEqual([
      { field: "prompt", rule: "must not be empty" },
      { field: "surprise", rule: "is not a known field" },
    ]);
    const broken = await post("generations.submit", {
      ...fox,
      operation: "img2img",
      image: "data:image/png;base64,aGVsbG8=",
    });
    expect(((await broken.json()) as Answer).error?.data.problems[0]?.field).toBe("image");
  });

  it("refuses a text that no database takes, by its path", async () => {
    const response = await post("generations.submit", { ...fox, prompt: "a\0fox" });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as Answer;
    expect(error?.data.problems).toEqual([{ field: "prompt", rule: "must be valid Unicode without NUL" }]);
  });

  it("replaces the words of an error that nobody named, and logs them under the request's id", async () => {
    const { list } = server.runtime.gateway;
    server.runtime.gateway.list = async () => {
      throw new Error("canary: select password from users");
    };
    const url = `${server.url}/api/trpc/generations.list?input=${encodeURIComponent(JSON.stringify({ filter: { environment: "production" } }))}`;
    const response = await handleTrpc(new Request(url, { headers: { cookie, "x-request-id": "r-7" } }));
    server.runtime.gateway.list = list;
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain("r-7");
    expect(text).not.toMatch(/canary|stack|node_modules/);
    expect(server.logged.find((line) => line.includes("canary"))).toContain("r-7");
  });

  it("streams a generation to its end, and never the same twice to a browser that comes back", async () => {
    const { result } = (await (await post("generations.submit", fox)).json()) as Answer;
    const id = result?.data.id ?? "";
    const watch = (lastEventId?: string) => {
      const input = encodeURIComponent(JSON.stringify({ id }));
      const last = lastEventId ? `&lastEventId=${encodeURIComponent(lastEventId)}` : "";
      return handleTrpc(
        new Request(`${server.url}/api/trpc/generations.watch?input=${input}${last}`, {
          headers: { cookie, accept: "text/event-stream" },
        }),
      );
    };
    const response = await watch();
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const text = response.text();
    await server.runtime.db.execute(
      sql`update generations set state = 'cancelled', finished_at = clock_timestamp() where id = ${id}`,
    );
    await server.runtime.db.insert(generationEvents).values({ generationId: id, kind: "cancelled", terminal: true });
    announceChange(id);
    const all = await text;
    const states = [...all.matchAll(/"state":"(queued|cancelled)"/g)].map((match) => match[1]);
    expect(states.at(-1)).toBe("cancelled");
    const last = [...all.matchAll(/^id: (.*)$/gm)].at(-1)?.[1];
    expect(await (await watch(last)).text()).not.toContain('"state"');
  });
});
