import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testSandbox } from "../test-kit";

let kit: Awaited<ReturnType<typeof testSandbox>>;
let base = "";
let client: AwsClient;
const makeClient = (secret: string, region = "auto") =>
  new AwsClient({
    accessKeyId: kit.sandbox.credentials.s3AccessKeyId,
    secretAccessKey: secret,
    service: "s3",
    region,
    retries: 0,
  });
const put = (key: string, body: string, headers: Record<string, string> = {}) =>
  client.fetch(`${base}/${key}`, { method: "PUT", body, headers: { "content-type": "text/plain", ...headers } });

beforeAll(async () => {
  kit = await testSandbox({ clockFactor: 0.01 });
  base = `${kit.sandbox.urls.s3}/${kit.sandbox.credentials.bucket}`;
  client = makeClient(kit.sandbox.credentials.s3SecretAccessKey);
});
afterAll(() => kit.sandbox.stop());

it("keeps, shows and forgets an object, with keys of any letters", async () => {
  const key = "gen/2026/a b+ü(1).txt".split("/").map(encodeURIComponent).join("/");
  const stored = await put(key, "hello", { "cache-control": "immutable", "x-amz-meta-seed": "4" });
  expect([stored.status, stored.headers.get("etag")]).toEqual([
    200,
    `"${createHash("md5").update("hello").digest("hex")}"`,
  ]);
  const read = await client.fetch(`${base}/${key}`);
  expect(await read.text()).toBe("hello");
  expect([
    read.headers.get("content-type"),
    read.headers.get("cache-control"),
    read.headers.get("x-amz-meta-seed"),
  ]).toEqual(["text/plain", "immutable", "4"]);
  expect((await client.fetch(`${base}/${key}`, { method: "HEAD" })).headers.get("content-length")).toBe("5");
  expect((await client.fetch(`${base}/${key}`, { method: "DELETE" })).status).toBe(204);
  expect((await client.fetch(`${base}/${key}`, { method: "DELETE" })).status).toBe(204);
  const gone = await client.fetch(`${base}/${key}`);
  expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining("<Code>NoSuchKey</Code>")]);
});

it("takes regions auto and us-east-1 and refuses anonymous, unknown and wrong keys", async () => {
  const { s3SecretAccessKey: secret } = kit.sandbox.credentials;
  expect((await makeClient(secret, "us-east-1").fetch(`${base}?list-type=2`)).status).toBe(200);
  expect((await makeClient(secret, "eu-west-1").fetch(`${base}?list-type=2`)).status).toBe(400);
  const wrong = await makeClient("wrong").fetch(`${base}/x`);
  expect([wrong.status, await wrong.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
  expect((await fetch(`${base}/x`)).status).toBe(401);
  expect((await fetch(`${base}/x`, { method: "PUT", body: "x" })).status).toBe(401);
  const other = await client.fetch(`${kit.sandbox.urls.s3}/no-such-bucket/x`);
  expect([other.status, await other.text()]).toEqual([404, expect.stringContaining("NoSuchBucket")]);
});

it("checks the body against the signed hash and Content-MD5", async () => {
  const sha = createHash("sha256").update("good").digest("hex");
  const signed = await client.sign(`${base}/digest`, {
    method: "PUT",
    body: "good",
    headers: { "x-amz-content-sha256": sha },
  });
  const bad = await fetch(signed.url, { method: "PUT", headers: signed.headers, body: "evil" });
  expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining("BadDigest")]);
  expect((await put("md5", "good", { "content-md5": createHash("md5").update("evil").digest("base64") })).status).toBe(
    400,
  );
});

describe("presigned URLs", () => {
  const presign = async (method: string, expiresS: number, at = new Date()) => {
    const datetime = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
    const request = await client.sign(`${base}/presigned?X-Amz-Expires=${expiresS}`, {
      method,
      aws: { signQuery: true, datetime },
    });
    return request.url;
  };

  it("put and get until they expire, and not when changed", async () => {
    expect((await fetch(await presign("PUT", 60), { method: "PUT", body: "signed" })).status).toBe(200);
    const url = await presign("GET", 60);
    expect(await (await fetch(url)).text()).toBe("signed");
    expect((await fetch(url.replace("presigned", "other"))).status).toBe(403);
    expect((await fetch(url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"))).status).toBe(403);
    const old = await fetch(await presign("GET", 60, new Date(Date.now() - 61_000)));
    expect([old.status, await old.text()]).toEqual([400, expect.stringContaining("ExpiredRequest")]);
    expect((await fetch(await presign("GET", 700_000))).status).toBe(400);
  });
});

it("answers 501 to what R2 does not have", async () => {
  for (const headers of [
    { "x-amz-checksum-crc32": "AAAAAA==" },
    { "x-amz-acl": "private" },
    { "x-amz-tagging": "a=b" },
    { "content-encoding": "aws-chunked" },
  ]) {
    const reply = await put("refused", "x", headers as unknown as Record<string, string>);
    expect([reply.status, await reply.text()]).toEqual([501, expect.stringContaining("NotImplemented")]);
  }
});

it("takes one write per key and second", async () => {
  expect((await put("twice", "1")).status).toBe(200);
  const second = await put("twice", "2");
  expect([second.status, await second.text()]).toEqual([429, expect.stringContaining("TooManyRequests")]);
  expect((await put("another", "1")).status).toBe(200);
});

it("honours ranges and conditions", async () => {
  const stored = await put("ranged", "0123456789");
  const etag = stored.headers.get("etag") ?? "";
  const part = await client.fetch(`${base}/ranged`, { headers: { range: "bytes=2-4" } });
  expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([206, "234", "bytes 2-4/10"]);
  expect(await (await client.fetch(`${base}/ranged`, { headers: { range: "bytes=-3" } })).text()).toBe("789");
  expect((await client.fetch(`${base}/ranged`, { headers: { range: "bytes=50-" } })).status).toBe(416);
  expect((await client.fetch(`${base}/ranged`, { headers: { "if-none-match": etag } })).status).toBe(304);
  expect((await client.fetch(`${base}/ranged`, { headers: { "if-match": '"x"' } })).status).toBe(412);
  expect((await put("ranged", "again", { "if-none-match": "*" })).status).toBe(412);
});

it("lists by prefix, delimiter and page", async () => {
  for (const key of ["list/a/1", "list/a/2", "list/b", "list/c"]) expect((await put(key, key)).status).toBe(200);
  const list = async (query: string) => (await client.fetch(`${base}?list-type=2&${query}`)).text();
  expect([...(await list("prefix=list/")).matchAll(/<Key>([^<]+)/g)].map(([, key]) => key)).toEqual([
    "list/a/1",
    "list/a/2",
    "list/b",
    "list/c",
  ]);
  const grouped = await list("prefix=list/&delimiter=/");
  expect(grouped).toContain("<CommonPrefixes><Prefix>list/a/</Prefix></CommonPrefixes>");
  const page = await list("prefix=list/&max-keys=2");
  const token = /<NextContinuationToken>([^<]+)/.exec(page)?.[1] ?? "";
  expect(page).toContain("<IsTruncated>true");
  expect(
    [...(await list(`prefix=list/&continuation-token=${token}`)).matchAll(/<Key>([^<]+)/g)].map(([, key]) => key),
  ).toEqual(["list/b", "list/c"]);
});

describe("faults", () => {
  it("down, forbidden, and bytes stored wrong although the etag is right", async () => {
    const { sandbox } = kit;
    sandbox.addFault({ fault: "unavailable", provider: "s3", count: 2 });
    expect([(await put("f1", "x")).status, (await client.fetch(`${base}/f1`)).status]).toEqual([503, 503]);
    sandbox.addFault({ fault: "forbidden", provider: "s3", operation: "put", count: 1 });
    expect((await put("f1", "x")).status).toBe(403);
    sandbox.addFault({ fault: "wrong_bytes", provider: "s3", count: 1 });
    const stored = await put("f2", "precious");
    expect(stored.headers.get("etag")).toBe(`"${createHash("md5").update("precious").digest("hex")}"`);
    expect(await (await client.fetch(`${base}/f2`)).text()).not.toBe("precious");
    sandbox.removeFaults();
  });
});
