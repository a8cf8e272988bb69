import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Connection } from "@/db/client";
import { readAnnotations } from "@/db/queries/annotations";
import { firingWarnings, listWarnings } from "@/db/queries/warnings";
import { auditEntries } from "@/db/schema";
import type { DigestChannels, DigestMessage, SendResult } from "@/server/digests/types";
import { DIGEST_DEFAULT } from "@/server/domain/digest";
import { TESTER } from "@/server/engine/testing/start-system";
import { rebuildRollups } from "@/server/metrics/rebuild-rollups";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import type { Operator } from "@/server/rollout/types";
import type { Sandbox } from "@/server/sandbox/start-sandbox";
import { sendWarningAgain } from "@/server/warnings/send-warning-again";
import { sendWarnings } from "@/server/warnings/send-warnings";
import { judgeEndpoint } from "./judge-endpoint";
import { startTestEndpoint, type TestEndpoint } from "./testing/start-endpoint";
import type { EndpointDeps } from "./types";
import { watchEndpoint } from "./watch-endpoint";

const environment = "sandbox";
const mira: Operator = { principal: TESTER, via: "console", requestId: null };
const DAY = 86_400_000;

let endpoint: TestEndpoint;
let connection: Connection;
let sandbox: Sandbox;
let deps: EndpointDeps;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  ({ connection, sandbox, deps } = endpoint);
});
afterAll(() => endpoint.stop());
beforeEach(async () => {
  await connection.db.execute(sql`truncate endpoint_warnings, warning_deliveries, digest_settings`);
  await atRunpod({ workers: { min: 0, max: 3 } });
  await watchEndpoint(deps, environment, new Date());
});
async function atRunpod(patch: object): Promise<void> {
  const response = await fetch(`${sandbox.urls.runpodManagement}/v2/serverless/${sandbox.credentials.endpointId}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${sandbox.credentials.runpodApiKey}`, "content-type": "application/json" },
    body: JSON.stringify(patch),
  });
  expect(response.status).toBe(200);
}

async function looks(times: number, now = new Date()): Promise<void> {
  for (let look = 0; look < times; look++) {
    await watchEndpoint(deps, environment, now);
    await judgeEndpoint(deps, environment, now);
  }
}
const firing = async () =>
  (await firingWarnings(connection.db, environment)).map(({ key, level }) => `${key} ${level}`);

async function openWays(): Promise<void> {
  const { enabled, weekday, hour, timeZone } = DIGEST_DEFAULT;
  await connection.db.execute(sql`insert into digest_settings (environment, enabled, weekday, hour, time_zone, emails, slack, since, updated_by)
    values (${environment}, ${enabled}, ${weekday}, ${hour}, ${timeZone}, '["mira@example.com"]'::jsonb, true, now(), 'test')`);
}

function postbox(...results: SendResult[]) {
  const sent: { channel: string; message: DigestMessage; emails: readonly string[] }[] = [];
  const channels: DigestChannels = {
    missing: () => null,
    send: async (channel, message, emails) => {
      sent.push({ channel, message, emails });
      return results[sent.length - 1] ?? { outcome: "sent", note: null };
    },
  };
  return { sent, deps: { db: connection.db, channels, publicUrl: "https://switchyard.example.com" } };
}

it("warns of a maximum of 0 once it has lasted, and ends the warning once that has stayed away", async () => {
  await atRunpod({ workers: { min: 0, max: 0 } });
  await looks(2);
  expect(await firing()).toEqual([]);
  await looks(1);
  expect(await firing()).toEqual(["workers_max_zero breach"]);
  await looks(4);
  const window = { environment, fromMs: Date.now() - DAY, toMs: Date.now() + DAY };
  const { listed } = await readAnnotations(connection.db, window);
  expect(listed.filter(({ kind }) => kind === "incident").map(({ text }) => text)).toEqual([
    "RunPod endpoint: The endpoint may have no worker",
  ]);
  await atRunpod({ workers: { min: 0, max: 3 } });
  await looks(4);
  expect(await firing()).toEqual(["workers_max_zero breach"]);
  await looks(1);
  expect(await firing()).toEqual([]);
  expect(await listWarnings(connection.db, environment, 10)).toMatchObject([
    { key: "workers_max_zero", state: "resolved", todo: expect.stringContaining("at least 1") },
  ]);
});

it("warns of an image that moves and of workers that get no machine, each by itself", async () => {
  sandbox.configureEndpoint({ imageTag: "runpod/worker-comfyui:latest" });
  sandbox.throttle(true);
  await atRunpod({ workers: { min: 1, max: 3 } });
  await looks(1);
  // Nobody has had a machine for ten minutes.
  await connection.db.execute(
    sql`update endpoint_checks set throttled_since = throttled_since - interval '10 minutes'`,
  );
  await looks(3);
  expect((await firing()).sort()).toEqual(["image_unpinned watch", "throttled_workers breach"]);
  sandbox.throttle(false);
  sandbox.configureEndpoint({ imageTag: "runpod/worker-comfyui:5.8.5-flux1-dev-fp8" });
  await atRunpod({ workers: { min: 0, max: 3 } });
  await looks(5);
  expect(await firing()).toEqual([]);
});

it("warns before the days without a request are over, the third and the seventh", async () => {
  const { rows } = await connection.db.execute<{ at: Date }>(sql`select min(at) as at from endpoint_snapshots`);
  const firstMs = new Date(rows[0]?.at ?? 0).getTime();
  const after = (days: number) => new Date(firstMs + days * DAY);
  await looks(3, after(1.9));
  expect(await firing()).toEqual([]);
  await looks(3, after(2.1));
  expect(await firing()).toEqual(["idle_days watch"]);
  await looks(3, after(6.5));
  expect(await firing()).toEqual(["idle_days breach"]);
});

it("judges each look once, however many instances do", async () => {
  await atRunpod({ workers: { min: 0, max: 0 } });
  await watchEndpoint(deps, environment, new Date());
  await Promise.all(Array.from({ length: 6 }, () => judgeEndpoint(deps, environment, new Date())));
  await judgeEndpoint(deps, environment, new Date());
  expect(await firing()).toEqual([]);
  await looks(1);
  await watchEndpoint(deps, environment, new Date());
  await openWays();
  await Promise.all(Array.from({ length: 6 }, () => judgeEndpoint(deps, environment, new Date())));
  expect(await firing()).toEqual(["workers_max_zero breach"]);
  const box = postbox();
  await Promise.all(Array.from({ length: 6 }, () => sendWarnings(box.deps, environment, Date.now() + 1_000)));
  expect(box.sent.map(({ channel }) => channel).sort()).toEqual(["email", "slack"]);
});

it("sends what is wrong and what to do, tries again after a refusal, and says when it is over", async () => {
  await openWays();
  await atRunpod({ workers: { min: 0, max: 0 } });
  await looks(3);
  const box = postbox({ outcome: "refused", problem: "the mail server cannot be reached" });
  const nowMs = Date.now() + 1_000;
  await sendWarnings(box.deps, environment, nowMs);
  const [mail, slack] = box.sent;
  expect(mail).toMatchObject({ channel: "email", emails: ["mira@example.com"] });
  expect(mail?.message.subject).toBe("Switchyard: The endpoint may have no worker (sandbox)");
  expect(mail?.message.text).toContain("Set workers max to at least 1");
  expect(slack?.message.slack).toContain("https://switchyard.example.com/alerts?env=sandbox");
  await sendWarnings(box.deps, environment, nowMs + 61_000);
  expect(box.sent).toHaveLength(3);
  await atRunpod({ workers: { min: 0, max: 3 } });
  await looks(5);
  await sendWarnings(box.deps, environment, nowMs + 62_000);
  expect(box.sent.slice(3).map(({ message }) => message.subject)).toEqual([
    "Switchyard: Resolved: The endpoint may have no worker (sandbox)",
    "Switchyard: Resolved: The endpoint may have no worker (sandbox)",
  ]);
  const [warning] = await listWarnings(connection.db, environment, 1);
  expect(warning?.deliveries.map(({ state }) => state)).toEqual(["sent", "sent", "sent", "sent"]);
});

it("sends a message again that may not have arrived when a person says so, once, and no other", async () => {
  await openWays();
  await atRunpod({ workers: { min: 0, max: 0 } });
  await looks(3);
  const box = postbox({ outcome: "unsure", problem: "no answer" });
  const nowMs = Date.now() + 1_000;
  await sendWarnings(box.deps, environment, nowMs);
  await sendWarnings(box.deps, environment, nowMs + 3_600_000);
  expect(box.sent).toHaveLength(2);
  const [warning] = await listWarnings(connection.db, environment, 1);
  const again = (channel: "email" | "slack", operator = mira) =>
    sendWarningAgain(deps, operator, { environment, warningId: warning?.id ?? "", event: "fired", channel });
  await expect(again("slack")).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(again("email", { ...mira, principal: { ...TESTER, role: "viewer" } })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  const pressed = await Promise.allSettled([again("email"), again("email")]);
  expect(pressed.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await sendWarnings(box.deps, environment, nowMs + 3_600_000);
  await sendWarnings(box.deps, environment, nowMs + 7_200_000);
  expect(box.sent.map(({ channel }) => channel)).toEqual(["email", "slack", "email"]);
  expect(box.sent[2]?.message).toEqual(box.sent[0]?.message);
  await expect(again("email")).rejects.toMatchObject({ code: "CONFLICT" });
  const audited = (await connection.db.select().from(auditEntries)).filter(({ action }) =>
    action.endsWith("sent_again"),
  );
  expect(audited).toMatchObject([
    { actor: "test", target: "The endpoint may have no worker (sandbox) (fired) email", before: { state: "unsure" } },
  ]);
});

it("sends nothing where warnings are switched off, and ends them where the endpoint is taken away", async () => {
  await openWays();
  await connection.db.execute(sql`update digest_settings set warnings = false`);
  await atRunpod({ workers: { min: 0, max: 0 } });
  await looks(3);
  const box = postbox();
  await sendWarnings(box.deps, environment, Date.now() + 1_000);
  expect(box.sent).toEqual([]);
  await judgeEndpoint({ ...deps, management: () => null }, environment, new Date());
  expect(await firing()).toEqual([]);
});

it("warns of a time-out that is below the measured cold p99, with the share that it cuts off", async () => {
  const now = new Date();
  await addRevision(connection.db, environment, { shareBp: 10_000, at: new Date(now.getTime() - DAY) });
  // A hundred cold starts of 41 to 140 s.
  await connection.db.execute(sql`
    with made as (insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
        cold_class, latency_ms, image_count, attempt_count, created_at, deadline_at, finished_at)
      select gen_random_uuid(), ${environment}, 'test', 'hash', 'api', 'txt2img', 'succeeded', 'comfyui', 1, false, 'cold', 40000 + i * 1000, 1, 1,
        at, at + interval '5 minutes', at + interval '3 minutes'
      from (select i, ${now}::timestamptz - interval '20 hours' + make_interval(mins => i) as at from generate_series(1, 100) i) times
      returning id, created_at, latency_ms)
    insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, job_id, delay_ms, execution_ms,
      cold_class, created_at, submitted_at, deadline_at, finished_at)
    select gen_random_uuid(), id, 1, ${environment}, 'comfyui', 'primary', 1, '{}'::jsonb, 'succeeded', id::text, latency_ms - 5000, 5000, 'cold',
      created_at, created_at, created_at + interval '5 minutes', created_at + interval '3 minutes' from made`);
  await rebuildRollups(connection.db, { environment, nowMs: now.getTime() });
  await atRunpod({ timeout: 90_500 });
  await looks(3, now);
  const [warning] = (await listWarnings(connection.db, environment, 10)).filter(
    ({ key }) => key === "timeout_below_cold",
  );
  expect(warning).toMatchObject({
    state: "firing",
    level: "breach",
    says: expect.stringMatching(/90\.5 s.*50\.0% .*50 of 100/),
  });
  await atRunpod({ timeout: 600_000 });
  await connection.db.execute(sql`truncate generations, attempts, rollups, rollup_outbox cascade`);
});
