import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { SMTPServer } from "smtp-server";
import { expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { readDigestPlan } from "@/db/queries/digests";
import { createTestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { parseConfig } from "@/server/config";
import { DIGEST_DEFAULT, lastDueDigest } from "@/server/domain/digest";
import { formatIsoWeek, weekSpan } from "@/server/domain/iso-week";
import { formatTotalMicros } from "@/server/domain/money";
import { sendDigests } from "@/server/jobs/send-digests";
import { createLog } from "@/server/log";
import { readReview } from "@/server/reviews/read-review";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { changeDigest } from "./change-digest";
import { createChannels } from "./channels";

const DAY = 86_400_000;
const environment = "production";

/** A mail server and a webhook, and what has come to them. */
async function receivers() {
  const mails: string[] = [];
  const posts: string[] = [];
  const postbox = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push(String(Buffer.concat(chunks)).replace(/=\r\n/g, ""));
        done();
      });
    },
  });
  const hook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      posts.push(String(Buffer.concat(chunks)));
      response.writeHead(200).end("ok");
    });
  });
  await new Promise<void>((resolve) => postbox.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  return {
    mails,
    posts,
    env: {
      SMTP_URL: `smtp://127.0.0.1:${(postbox.server.address() as AddressInfo).port}`,
      MAIL_FROM: "Switchyard <s@example.com>",
      SLACK_WEBHOOK_URL: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`,
      WEBHOOK_ALLOWED_HOSTS: "127.0.0.1",
    },
    async close() {
      await new Promise<void>((resolve) => postbox.close(resolve));
      await new Promise((resolve) => hook.close(resolve));
    },
  };
}

it("sends the week's review at the set time and no sooner, once by mail and once to the webhook, over two instances", async () => {
  const database = await createTestDatabase();
  const connections: Connection[] = [1, 2].map((n) =>
    connect({ url: database.url, name: `${n}`, ...POOL_LIMITS.tool }),
  );
  const [{ db }] = connections as [Connection, Connection];
  const { mails, posts, env, close } = await receivers();
  const config = parseConfig({ ...env, ENVIRONMENTS: environment, DATABASE_URL: database.url });
  const channels = createChannels(config);
  await addRevision(db, environment, { shareBp: 0, at: new Date(0) });
  const operator = { principal: localPrincipal("mira"), via: "cli" as const, requestId: null };
  const plan = { ...DIGEST_DEFAULT, enabled: true, weekday: 3, hour: 7, timeZone: "Europe/Berlin" };
  await changeDigest({ db, channels }, operator, { ...plan, emails: ["mira@example.com"], slack: true, environment });
  const { sinceMs } = await readDigestPlan(db, environment);
  const { dueAtMs, week } = lastDueDigest(plan, (sinceMs ?? 0) + 7 * DAY);
  // What the week cost, so that the mail has a total.
  const at = new Date(weekSpan(week, plan.timeZone).fromMs + DAY);
  await db.execute(
    sql`insert into cost_lines (environment, provider, kind, cost_micros, at) values (${environment}, 'comfyui', 'standing_worker', 12345678, ${at})`,
  );

  let nowMs = dueAtMs - 1;
  const log = createLog({ level: "warn", write: (line) => expect.unreachable(line) });
  const jobs = connections.map((instance) => sendDigests({ db: instance.db, config, channels, log, now: () => nowMs }));
  const tick = () => Promise.all([...jobs, ...jobs].map((job) => job.run()));
  await tick();
  expect([mails.length, posts.length]).toEqual([0, 0]);
  nowMs = dueAtMs;
  await tick();
  expect([mails.length, posts.length]).toEqual([1, 1]);
  nowMs = dueAtMs + DAY;
  await tick();
  expect([mails.length, posts.length]).toEqual([1, 1]);

  const review = await readReview(
    { db, config },
    { environment, week: formatIsoWeek(week), timeZone: plan.timeZone },
    nowMs,
  );
  const shown = formatTotalMicros(review.costs.summary.costMicros ?? Number.NaN);
  expect(shown).toBe("$12.35");
  for (const text of [mails[0], posts[0]]) expect(text).toContain(shown);
  expect(mails[0]).toContain(`(${formatIsoWeek(week)})`);
  await close();
  for (const connection of connections) await connection.close();
  await database.drop();
});
