import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { listDeliveries } from "@/db/queries/digests";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { DIGEST_DEFAULT } from "@/server/domain/digest";
import { Secret } from "@/server/domain/secret";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import type { Operator } from "@/server/rollout/types";
import { changeDigest, sendDigestAgain } from "./change-digest";
import { createChannels } from "./channels";
import { type DigestDeps, sendDueDigests } from "./send-due-digests";
import { sendTest } from "./send-test";
import type { DigestChannels, SendResult } from "./types";

const operator: Operator = { principal: localPrincipal("mira"), via: "cli", requestId: null };
const HOUR = 3_600_000;
const closed = {
  smtpUrl: null,
  mailFrom: "Switchyard <s@example.com>",
  slackWebhookUrl: null,
  webhookAllowedHosts: [],
};
const message = { subject: "Week 47", text: "saved $16.63", html: "<p>saved $16.63</p>", slack: "saved $16.63" };

let database: TestDatabase;
let connection: Connection;
let mails: string[];
let postbox: SMTPServer;
let smtpUrl: Secret;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  postbox = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (address, _session, done) => {
      const isKnown = address.address.endsWith("@example.com");
      done(isKnown ? null : Object.assign(new Error("no such user"), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const body = String(Buffer.concat(chunks)).replace(/=\r\n/g, "");
        mails.push(`${session.envelope.rcptTo.map(({ address }) => address).join(",")}\n${body}`);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => postbox.listen(0, "127.0.0.1", resolve));
  smtpUrl = new Secret(`smtp://127.0.0.1:${(postbox.server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await new Promise<void>((resolve) => postbox.close(resolve));
  await connection.close();
  await database.drop();
});
beforeEach(() => {
  mails = [];
});

let counter = 0;
async function environmentWith(plan: Partial<typeof DIGEST_DEFAULT>, channels: DigestChannels): Promise<string> {
  const environment = `digest-${counter++}`;
  await addRevision(connection.db, environment, { shareBp: 0, at: new Date(0) });
  const input = { ...DIGEST_DEFAULT, enabled: true, emails: ["mira@example.com"], ...plan, environment };
  await changeDigest({ db: connection.db, channels }, operator, input);
  return environment;
}
const mailOnly = () => createChannels({ notifications: { ...closed, smtpUrl } });
const deps = (channels: DigestChannels): DigestDeps => ({ db: connection.db, channels, compose: async () => message });
/** Three weeks on: something is due, and it became so after it was switched on. */
const later = () => Date.now() + 21 * 24 * HOUR;

function channelOf(...results: SendResult[]): DigestChannels & { sent: number } {
  const channel = {
    sent: 0,
    missing: () => null,
    send: async () => results[Math.min(channel.sent++, results.length - 1)] ?? { outcome: "sent" as const, note: null },
  };
  return channel;
}

it("mails a week once, however many instances are at it", async () => {
  const channels = mailOnly();
  const environment = await environmentWith({ emails: ["mira@example.com", "jo@example.com"] }, channels);
  const nowMs = later();
  await Promise.all(Array.from({ length: 6 }, () => sendDueDigests(deps(channels), environment, nowMs)));
  await sendDueDigests(deps(channels), environment, nowMs + HOUR);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain("mira@example.com,jo@example.com");
  expect(mails[0]).toContain("Subject: Week 47");
  expect(mails[0]).toContain("saved $16.63");
  await sendDueDigests(deps(channels), environment, nowMs + 7 * 24 * HOUR);
  expect(mails).toHaveLength(2);
  expect(await listDeliveries(connection.db, environment)).toMatchObject([
    { state: "sent", tries: 1, problem: null },
    { state: "sent", tries: 1 },
  ]);
});

it("sends nothing that was due before it was switched on", async () => {
  const channels = channelOf({ outcome: "sent", note: null });
  const environment = await environmentWith({}, channels);
  await sendDueDigests(deps(channels), environment, Date.now());
  expect(channels.sent).toBe(0);
});

it("tries again after a refusal, waits longer each time, and says why", async () => {
  const channels = channelOf(
    { outcome: "refused", problem: "the mail server cannot be reached" },
    { outcome: "sent", note: null },
  );
  const environment = await environmentWith({}, channels);
  const nowMs = later();
  await sendDueDigests(deps(channels), environment, nowMs);
  await sendDueDigests(deps(channels), environment, nowMs + 59_000);
  expect(channels.sent).toBe(1);
  expect(await listDeliveries(connection.db, environment)).toMatchObject([
    { state: "waiting", tries: 1, problem: "the mail server cannot be reached", nextAtMs: nowMs + 60_000 },
  ]);
  await sendDueDigests(deps(channels), environment, nowMs + 61_000);
  expect(await listDeliveries(connection.db, environment)).toMatchObject([{ state: "sent", tries: 2, problem: null }]);
});

it("does not send by itself what may have arrived; a person may", async () => {
  const channels = channelOf({ outcome: "unsure", problem: "no answer" }, { outcome: "sent", note: null });
  const environment = await environmentWith({}, channels);
  const nowMs = later();
  await sendDueDigests(deps(channels), environment, nowMs);
  await sendDueDigests(deps(channels), environment, nowMs + HOUR);
  const [delivery] = await listDeliveries(connection.db, environment);
  expect(delivery).toMatchObject({ state: "unsure", tries: 1 });
  if (!delivery) throw new Error("no delivery");
  await sendDigestAgain({ db: connection.db }, operator, { environment, week: delivery.week, channel: "email" });
  await sendDueDigests(deps(channels), environment, nowMs + HOUR);
  expect(channels.sent).toBe(2);
});

it("is unsure of what a process was sending when it died", async () => {
  let died = (): void => undefined;
  const hanging: DigestChannels = {
    missing: () => null,
    send: () => new Promise((resolve) => (died = () => resolve({ outcome: "unsure", problem: "late" }))),
  };
  const environment = await environmentWith({}, hanging);
  const nowMs = later();
  const first = sendDueDigests(deps(hanging), environment, nowMs);
  await expect
    .poll(async () => (await listDeliveries(connection.db, environment))[0]?.state, { timeout: 20_000 })
    .toBe("sending");
  const second = channelOf({ outcome: "sent", note: null });
  await sendDueDigests(deps(second), environment, nowMs + 10 * 60_000);
  expect(second.sent).toBe(0);
  expect(await listDeliveries(connection.db, environment)).toMatchObject([{ state: "unsure" }]);
  died();
  await first;
});

it("names refused recipients by their number, and a server that is not there, without an address", async () => {
  const channels = mailOnly();
  const send = (emails: string[]) => channels.send("email", message, emails);
  expect(await send(["mira@example.com", "x@other.org"])).toEqual({
    outcome: "sent",
    note: "the mail server refused 1 of 2 addresses",
  });
  expect(await send(["x@other.org"])).toMatchObject({ outcome: "refused", problem: expect.stringContaining("550") });
  const away = createServer();
  await new Promise<void>((resolve) => away.listen(0, "127.0.0.1", resolve));
  const { port } = away.address() as AddressInfo;
  await new Promise((resolve) => away.close(resolve));
  const gone = createChannels({ notifications: { ...closed, smtpUrl: new Secret(`smtp://127.0.0.1:${port}`) } });
  expect(await gone.send("email", message, ["mira@example.com"])).toEqual({
    outcome: "refused",
    problem: "the mail server cannot be reached",
  });
});

async function hookServer(answer: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-part` };
}

it("posts to a Slack-compatible webhook, at a private address only where the operator allows it", async () => {
  const bodies: string[] = [];
  let status = 200;
  const { server, url } = await hookServer((request, response) => {
    request.on("data", (chunk) => bodies.push(String(chunk)));
    request.on("end", () => response.writeHead(status).end("ok"));
  });
  const post = (webhookAllowedHosts: string[]) =>
    createChannels({ notifications: { ...closed, slackWebhookUrl: new Secret(url), webhookAllowedHosts } }).send(
      "slack",
      message,
      [],
    );
  expect(await post([])).toMatchObject({
    outcome: "refused",
    problem: expect.stringContaining("WEBHOOK_ALLOWED_HOSTS"),
  });
  expect(bodies).toEqual([]);
  expect(await post(["127.0.0.1"])).toEqual({ outcome: "sent", note: null });
  expect(bodies).toEqual(['{"text":"saved $16.63"}']);
  status = 404;
  expect(await post(["127.0.0.1"])).toEqual({ outcome: "refused", problem: "the webhook answered 404" });
  await new Promise((resolve) => server.close(resolve));
});

it("refuses a way that is not configured, and tests one that is", async () => {
  const channels = mailOnly();
  await expect(environmentWith({ slack: true }, channels)).rejects.toMatchObject({
    problems: [{ field: "slack", rule: expect.stringContaining("SLACK_WEBHOOK_URL") }],
  });
  await expect(environmentWith({ emails: [] }, channels)).rejects.toMatchObject({ problems: [{ field: "enabled" }] });
  const environment = await environmentWith({}, channels);
  const tried = await sendTest({ db: connection.db, channels }, operator, { environment, channel: "email" });
  expect(tried).toEqual({ outcome: "sent", note: null });
  expect(mails[0]).toContain("asked for by mira");
});
