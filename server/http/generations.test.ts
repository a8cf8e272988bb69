import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generationEvents, generations } from "@/db/schema";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { announceChange } from "@/server/engine/changes";
import { jsonPost, startTestServer, type TestServer } from "./testing/start-test-server";

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startTestServer();
  ({ key } = await server.makeKey());
});
afterAll(() => server.stop());

const fox = { operation: "txt2img", prompt: "a red fox" };

/** What a worker does at the end, as far as a watcher sees it. */
async function end(id: string, state: "succeeded" | "failed" | "cancelled"): Promise<void> {
  await server.runtime.db.transaction(async (tx) => {
    await tx
      .update(generations)
      .set({
        state,
        finishedAt: sql`clock_timestamp()`,
        latencyMs: 1234,
        failureMode: state === "failed" ? "unknown" : null,
      })
      .where(eq(generations.id, id));
    await tx.insert(generationEvents).values({ generationId: id, kind: state, terminal: true });
  });
  announceChange(id);
}

async function accept(body: object = fox, headers: Record<string, string> = {}): Promise<GenerationDetail> {
  const response = await server.call("/api/v1/generations", { ...jsonPost(body, headers), key });
  expect(response.status).toBe(202);
  return (await response.json()) as GenerationDetail;
}

async function newestId(): Promise<string> {
  for (;;) {
    const [row] = await server.runtime.db
      .select({ id: generations.id })
      .from(generations)
      .orderBy(sql`id desc`)
      .limit(1);
    if (row) return row.id;
  }
}

describe("POST /api/v1/generations", () => {
  it("answers 202 with location, decision and the whole generation", async () => {
    const response = await server.call("/api/v1/generations", {
      ...jsonPost(fox, { "x-switchyard-key": "user 7" }),
      key,
    });
    const detail = (await response.json()) as GenerationDetail;
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toBe(`/api/v1/generations/${detail.id}`);
    expect(response.headers.get("x-switchyard-provider")).toBe(detail.provider);
    expect(response.headers.get("x-switchyard-rule")).toBe("bucket");
    expect(response.headers.get("x-switchyard-revision")).toBe("1");
    expect(response.headers.get("x-switchyard-bucket")).toBe(String(detail.receipt.bucket));
    expect(response.headers.get("server-timing")).toMatch(/^accept;dur=[\d.]+/);
    expect(detail).toMatchObject({
      state: "queued",
      stage: "queued",
      source: "api",
      stickyKey: "user 7",
      environment: "production",
    });
    expect(detail.events.map((event) => event.kind)).toContain("accepted");
  });

  it("answers with the id alone for return=minimal", async () => {
    const response = await server.call("/api/v1/generations", { ...jsonPost(fox, { prefer: "return=minimal" }), key });
    expect(response.headers.get("preference-applied")).toBe("return=minimal");
    expect(Object.keys((await response.json()) as object)).toEqual(["id"]);
  });

  it("takes a picture as a form, as base64 and as a data URL, and keeps one copy", async () => {
    const png = await blueSquare();
    const form = new FormData();
    form.set("operation", "img2img");
    form.set("prompt", "a red fox");
    form.set("strength", "0.5");
    form.set("image", new Blob([png]), "blue.png");
    const asForm = await server.call("/api/v1/generations", { method: "POST", body: form, key });
    const base64 = Buffer.from(png).toString("base64");
    const details = [
      (await asForm.json()) as GenerationDetail,
      await accept({ operation: "img2img", prompt: "a red fox", strength: 0.5, image: { base64 } }),
      await accept({
        operation: "img2img",
        prompt: "a red fox",
        strength: 0.5,
        image: `data:image/png;base64,${base64}`,
      }),
    ];
    expect(new Set(details.map((detail) => detail.input?.sha256)).size).toBe(1);
    expect(details.every((detail) => detail.params.strength === 0.5)).toBe(true);
    const image = await fetch(server.url + (details[0]?.input?.url ?? ""));
    expect(Buffer.from(await image.arrayBuffer()).equals(Buffer.from(png))).toBe(true);
  });

  it("gives one generation for one key, whatever the concurrency, and refuses another body", async () => {
    const headers = { "idempotency-key": "order 1" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.call("/api/v1/generations", { ...jsonPost(fox, headers), key })),
    );
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as GenerationDetail).id));
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotency-replayed") === null)).toHaveLength(1);
    const other = await server.call("/api/v1/generations", {
      ...jsonPost({ ...fox, prompt: "a blue fox" }, headers),
      key,
    });
    expect(other.status).toBe(422);
    const stranger = await server.makeKey();
    const theirs = await server.call("/api/v1/generations", { ...jsonPost(fox, headers), key: stranger.key });
    expect(((await theirs.json()) as GenerationDetail).id).not.toBe(ids[0]);
  });

  it.each([
    ["succeeded", 201],
    ["failed", 200],
    ["cancelled", 200],
  ] as const)("waits for the end with Prefer: wait and answers %s with %d", async (state, status) => {
    const before = await accept();
    const waiting = server.call("/api/v1/generations", { ...jsonPost(fox, { prefer: "wait=60" }), key });
    let id = before.id;
    while (id === before.id) id = await newestId();
    await end(id, state);
    const response = await waiting;
    expect(response.status).toBe(status);
    expect(response.headers.get("preference-applied")).toBe("wait=60");
    expect((await response.json()) as object).toMatchObject({ id, state, latencyMs: 1234 });
  });

  it("notices the end that another instance wrote", async () => {
    const { id } = await accept(fox, { "idempotency-key": "elsewhere" });
    const waiting = server.call("/api/v1/generations", {
      ...jsonPost(fox, { "idempotency-key": "elsewhere", prefer: "wait=60" }),
      key,
    });
    await server.runtime.db.execute(
      sql`update generations set state = 'failed', finished_at = clock_timestamp() where id = ${id}`,
    );
    await server.runtime.db.insert(generationEvents).values({ generationId: id, kind: "failed", terminal: true });
    expect((await waiting).status).toBe(200);
  });

  it("answers 202 when the wait ends first", async () => {
    const response = await server.call("/api/v1/generations", { ...jsonPost(fox, { prefer: "wait=1" }), key });
    expect(response.status).toBe(202);
    expect((await response.json()) as object).toMatchObject({ state: "queued" });
  });
});

describe("reading and cancelling", () => {
  it("lists newest first, page by page, with filters", async () => {
    const own = await server.makeKey({ environment: "staging" });
    for (let n = 0; n < 5; n += 1)
      await server.call("/api/v1/generations", { ...jsonPost({ ...fox, prompt: `fox ${n}` }), key: own.key });
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = (await (
        await server.call(`/api/v1/generations?limit=2${cursor ? `&cursor=${cursor}` : ""}`, { key: own.key })
      ).json()) as { rows: { id: string }[]; nextCursor: string | null };
      ids.push(...page.rows.map((row) => row.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(ids).toHaveLength(5);
    expect(ids).toEqual([...ids].sort().reverse());
    const count = async (query: string) =>
      ((await (await server.call(`/api/v1/generations?${query}`, { key: own.key })).json()) as { rows: unknown[] }).rows
        .length;
    expect(await count("state=queued,failed&operation=txt2img")).toBe(5);
    expect(await count("state=failed")).toBe(0);
    expect(await count("search=fox%203")).toBe(1);
    expect(await count(`search=${ids[0]}`)).toBe(1);
    expect(await count("search=100%25_")).toBe(0);
    expect(await count("from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z")).toBe(0);
  });

  it.each(["state=done", "limit=0", "limit=1000", "cursor=abc", "from=yesterday", "colour=red", "limit=1&limit=2"])(
    "refuses the query %s",
    async (query) => {
      const response = await server.call(`/api/v1/generations?${query}`, { key });
      expect(response.status).toBe(400);
      expect(((await response.json()) as { errors: unknown[] }).errors).toHaveLength(1);
    },
  );

  it("cancels, and says the same on an ended one", async () => {
    const { id } = await accept();
    const response = await server.call(`/api/v1/generations/${id}`, { method: "DELETE", key });
    expect([200, 202]).toContain(response.status);
    const { id: ended } = await accept();
    await end(ended, "succeeded");
    const again = await server.call(`/api/v1/generations/${ended}`, { method: "DELETE", key });
    expect(again.status).toBe(200);
    expect((await again.json()) as object).toMatchObject({ state: "succeeded" });
  });

  it("knows nothing of another environment's generation", async () => {
    const { id } = await accept();
    const foreign = await server.makeKey({ environment: "staging" });
    for (const path of [
      `/api/v1/generations/${id}`,
      `/api/v1/generations/${id}/events`,
      "/api/v1/generations/not-an-id",
    ]) {
      const response = await server.call(path, { key: foreign.key });
      expect(response.status).toBe(404);
    }
    const cancel = await server.call(`/api/v1/generations/${id}`, { method: "DELETE", key: foreign.key });
    expect(cancel.status).toBe(404);
  });
});

describe("GET …/events", () => {
  it("streams every change until the end, and 204 to who has seen it", async () => {
    const { id } = await accept();
    const response = await server.call(`/api/v1/generations/${id}/events`, { key });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    // The end comes when the state before it has been seen, or the stream may rightly tell of the end alone.
    for (let ended = false; ; ) {
      const { value, done } = (await chunks?.read()) ?? { done: true };
      if (done) break;
      text += value ?? "";
      if (ended || !text.includes("event: generation")) continue;
      ended = true;
      await end(id, "succeeded");
    }
    const events = text
      .split("\n\n")
      .filter((part) => part.includes("event: generation"))
      .map((part) => ({
        id: /^id: (.*)$/m.exec(part)?.[1],
        data: JSON.parse(/^data: (.*)$/m.exec(part)?.[1] ?? "") as GenerationDetail,
      }));
    expect(events.map((event) => event.data.state)).toEqual(["queued", "succeeded"]);
    const last = events.at(-1)?.id ?? "";
    const again = await server.call(`/api/v1/generations/${id}/events`, { key, headers: { "last-event-id": last } });
    expect(again.status).toBe(204);
    const garbled = await server.call(`/api/v1/generations/${id}/events`, {
      key,
      headers: { "last-event-id": "\u00ff'; drop" },
    });
    expect((await garbled.text()).match(/event: generation/g)).toHaveLength(1);
  });
});

async function blueSquare(): Promise<Uint8Array<ArrayBuffer>> {
  const { default: sharp } = await import("sharp");
  const png = await sharp({ create: { width: 512, height: 512, channels: 3, background: { r: 10, g: 20, b: 200 } } })
    .png()
    .toBuffer();
  return new Uint8Array(png);
}
