import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { readAnnotations } from "@/db/queries/annotations";
import { firingWarnings, listWarnings } from "@/db/queries/warnings";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import type { Config } from "@/server/config";
import type { DigestMessage } from "@/server/digests/types";
import { DIGEST_DEFAULT } from "@/server/domain/digest";
import { Secret } from "@/server/domain/secret";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { sendWarnings } from "@/server/warnings/send-warnings";
import { createDiskStore } from "./disk-store";
import { drainSpool } from "./drain-spool";
import { judgeStorage } from "./judge-storage";
import { lookAtStores } from "./look-at-stores";
import { sha256Of } from "./object-key";
import { createObjectStore } from "./object-store";
import { createR2Store } from "./r2-store";
import { addPicture } from "./testing/picture-rows";

const MINUTE = 60_000;
const ENVIRONMENTS = ["production", "staging"];

let database: TestDatabase;
let connection: Connection;
let sandbox: Sandbox;
let config: Pick<Config, "environments" | "r2">;
let clockMs: number;
let serial = 0;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  // Fast, since R2 takes one write per key and second.
  sandbox = await startSandbox({ seed: 7, clockFactor: 1_000 });
  const { bucket, s3AccessKeyId, s3SecretAccessKey } = sandbox.credentials;
  const keys = { accessKeyId: new Secret(s3AccessKeyId), secretAccessKey: new Secret(s3SecretAccessKey) };
  config = { environments: ENVIRONMENTS, r2: { endpoint: sandbox.urls.s3, bucket, publicUrl: null, ...keys } };
  for (const environment of ENVIRONMENTS)
    await addRevision(connection.db, environment, { shareBp: 0, at: new Date(Date.now() - 864e5) });
});
afterAll(async () => {
  await connection.close();
  await sandbox.stop();
  await database.drop();
});
beforeEach(async () => {
  clockMs = Date.now();
  await connection.db.execute(
    sql`truncate endpoint_warnings, warning_deliveries, digest_settings, storage_looks, images, leases`,
  );
  const { enabled, weekday, hour, timeZone } = DIGEST_DEFAULT;
  await connection.db.execute(sql`insert into digest_settings (environment, enabled, weekday, hour, time_zone, emails, slack, since, updated_by)
    select name, ${enabled}, ${weekday}::int, ${hour}::int, ${timeZone}, jsonb_build_array(name || '@example.com'), name = 'production', now(), 'test'
    from environments`);
});
afterEach(async () => {
  sandbox.removeFaults();
  for (const close of closing.splice(0)) await close();
});

/** A process of the installation, with a disk of its own. */
async function startInstance(host: string, options: { roomBytes?: number } = {}) {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-warn-"));
  if (config.r2 === null) throw new Error("the bucket is not configured");
  const r2 = createR2Store(config.r2, { tries: 1, pauseMs: 1 });
  closing.push(async () => {
    await r2.close();
    await rm(directory, { recursive: true, force: true });
  });
  const diskId = `disk of ${host}`;
  const store = createObjectStore({ disk: createDiskStore({ directory }), diskId, r2, now: () => clockMs, ...options });
  const { db } = connection;
  return {
    async storePicture() {
      serial += 1;
      const bytes = Buffer.from(`picture ${serial}`);
      const object = await store.write(bytes, sha256Of(bytes), "image/png");
      await addPicture(db, "production", { ...object, sizeBytes: 2_097_152 });
    },
    async work() {
      const { move, dropFile, r2Problem } = store;
      const log = { info: () => undefined, error: () => undefined };
      await drainSpool({ db, spool: { diskId, move, dropFile, r2Problem }, log });
      const images = { lookAround: async () => ({ diskId, ...(await store.lookAround()) }) };
      await lookAtStores({ db, images, instance: `${host}:1:abc` });
    },
  };
}
type Instance = Awaited<ReturnType<typeof startInstance>>;

/** Minutes pass: the instances work and look, and three judge at once. */
async function minutes(times: number, ...instances: Instance[]): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    clockMs += MINUTE;
    await connection.db.execute(sql`update images set created_at = created_at - interval '1 minute'`);
    await connection.db.execute(sql`update storage_looks set looked_at = looked_at - interval '1 minute'`);
    await connection.db.execute(sql`update leases set last_run_at = last_run_at - interval '1 minute'`);
    for (const instance of instances) await instance.work();
    await Promise.all(Array.from({ length: 3 }, () => judgeStorage({ db: connection.db, config })));
  }
}
const firing = async () =>
  (await firingWarnings(connection.db)).map(({ environment, level, title }) => `${environment} ${level} ${title}`);

interface Sent {
  channel: string;
  message: DigestMessage;
  emails: readonly string[];
}

/** What two instances send, wherever they run. */
async function send(): Promise<Sent[]> {
  const sent: Sent[] = [];
  const channels = {
    missing: () => null,
    async send(channel: string, message: DigestMessage, emails: readonly string[]) {
      sent.push({ channel, message, emails });
      return { outcome: "sent" as const, note: null };
    },
  };
  const deps = { db: connection.db, channels, publicUrl: "https://switchyard.example.com" };
  for (const environment of ENVIRONMENTS)
    await Promise.all([1, 2].map(() => sendWarnings(deps, environment, Date.now() + 1_000)));
  return sent;
}
/** Sorted: two senders that race for three messages may send them in any order. */
const headlines = (sent: Sent[]) =>
  sent
    .map(({ channel, emails, message }) => `${channel === "email" ? emails.join() : channel}: ${message.subject}`)
    .sort();

it("tells each environment's people once that R2 refuses the key, what to do, and when it is over", async () => {
  const [one, two] = [await startInstance("web-1"), await startInstance("web-2")];
  sandbox.addFault({ fault: "forbidden", provider: "s3" });
  await one.storePicture();
  await two.storePicture();
  await minutes(3, one, two);
  expect(await firing()).toEqual([]);
  await minutes(1, one, two);
  expect(await firing()).toEqual(ENVIRONMENTS.map((name) => `${name} breach R2 refuses the key`));
  const sent = await send();
  expect(headlines(sent)).toEqual([
    "production@example.com: Switchyard: Storage: R2 refuses the key (production)",
    "slack: Switchyard: Storage: R2 refuses the key (production)",
    "staging@example.com: Switchyard: Storage: R2 refuses the key (staging)",
  ]);
  const { bucket, s3AccessKeyId, s3SecretAccessKey } = sandbox.credentials;
  for (const { message } of sent) {
    const { text, slack, html } = message;
    expect(text).toMatch(
      /403 AccessDenied.*\b2 pictures \(4\.0 MB\) wait on 2 disks for bucket .*4 min old\. Results go on/s,
    );
    for (const words of ["R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY", "switchyard storage check", bucket])
      for (const body of [text, slack, html]) expect(body).toContain(words);
    for (const kept of [s3AccessKeyId, s3SecretAccessKey, "X-Amz", sandbox.urls.s3])
      expect(JSON.stringify(message)).not.toContain(kept);
  }
  const window = { environment: "staging", fromMs: Date.now() - 864e5, toMs: Date.now() + 864e5 };
  const { listed } = await readAnnotations(connection.db, window);
  expect(listed.filter(({ kind }) => kind === "incident").map(({ text }) => text)).toEqual([
    "Storage: R2 refuses the key",
  ]);
  await minutes(3, one, two);
  expect(await send()).toEqual([]);

  sandbox.removeFaults();
  await minutes(4, one, two);
  expect(await firing()).toHaveLength(2);
  await minutes(1, one, two);
  expect(await firing()).toEqual([]);
  const over = await send();
  expect(headlines(over)).toEqual([
    "production@example.com: Switchyard: Resolved: Storage: R2 refuses the key (production)",
    "slack: Switchyard: Resolved: Storage: R2 refuses the key (production)",
    "staging@example.com: Switchyard: Resolved: Storage: R2 refuses the key (staging)",
  ]);
  for (const { message } of over) expect(message.text).toMatch(/^Storage\. .*no picture waited for R2 any longer/);
  const { rows } = await connection.db.execute<{ action: string; target: string }>(
    sql`select action, target from audit_entries where action like 'warning.%' and environment = 'staging' order by seq`,
  );
  expect(rows).toEqual([
    { action: "warning.fired", target: "Storage: R2 refuses the key" },
    { action: "warning.resolved", target: "Storage: R2 refuses the key" },
  ]);
});

it("tells nobody of an R2 that is away for a moment, warns of one that stays away, and says when it is an hour", async () => {
  const one = await startInstance("web-1");
  sandbox.addFault({ fault: "unavailable", provider: "s3" });
  await one.storePicture();
  await minutes(3, one);
  sandbox.removeFaults();
  await minutes(6, one);
  expect([await firing(), await send()]).toEqual([[], []]);

  sandbox.addFault({ fault: "unavailable", provider: "s3" });
  await one.storePicture();
  await minutes(5, one);
  expect(await firing()).toContain("production watch R2 does not answer as it should");
  expect((await send()).map(({ message }) => message.text)).toContainEqual(expect.stringMatching(/answers 50\d/));
  await connection.db.execute(sql`update images set created_at = created_at - interval '1 hour'`);
  await minutes(3, one);
  expect(headlines(await send())).toContain(
    "slack: Switchyard: Worse: Storage: R2 does not answer as it should (production)",
  );
});

it("warns of a disk without room while R2 takes nothing, and goes on when there is room again", async () => {
  const [small, large] = [
    await startInstance("web-1", { roomBytes: Number.MAX_SAFE_INTEGER }),
    await startInstance("web-2"),
  ];
  // A full disk holds nothing up while R2 takes pictures.
  await small.storePicture();
  await minutes(3, small, large);
  expect(await firing()).toEqual([]);
  sandbox.addFault({ fault: "forbidden", provider: "s3" });
  await small.storePicture();
  await minutes(3, small, large);
  expect(await firing()).toEqual(ENVIRONMENTS.map((name) => `${name} breach No place for pictures`));
  const [warning] = await listWarnings(connection.db, "staging", 10);
  expect(warning).toMatchObject({ key: "storage_full", about: "storage" });
  expect(warning?.says).toMatch(
    /on web-1: The disk .* nearly full, and R2 takes nothing: R2 refuses the key.*1 of 2 instances/,
  );
  sandbox.removeFaults();
  await minutes(5, small, large);
  expect(await firing()).toEqual([]);
});

it("warns of pictures on a disk whose instance does not run any more", async () => {
  const [one, two] = [await startInstance("web-1"), await startInstance("web-2")];
  sandbox.addFault({ fault: "unavailable", provider: "s3", operation: "put", count: 1 });
  await two.storePicture();
  await two.work();
  await minutes(5, one);
  expect(await firing()).toContain("production watch Pictures wait on a disk that no instance serves");
});
