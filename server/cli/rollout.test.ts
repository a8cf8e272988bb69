import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { desc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { auditEntries, providerChecks, rolloutRevisions } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { addGenerations, addRevision } from "@/server/rollout/gates/testing/rows";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { type Finished, runCli } from "./testing/run-cli";

/** Each command is a process run from its sources; a busy machine takes its time. */
const LONG_MS = 240_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (ms: number) => new Date(Date.now() - ms);

let folder: string;
let database: TestDatabase;
let connection: Connection;
let sandbox: Sandbox;
/** An installation on which nothing runs but its database and the sandbox. */
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-cli-"));
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  sandbox = await startSandbox({ seed: 7, clockFactor: 20, imageMode: "tiny", endpoint: { workersMin: 1 } });
  env = {
    DATABASE_URL: database.url,
    SWITCHYARD_DATA_DIR: join(folder, "data"),
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls: sandbox.urls, credentials: sandbox.credentials }),
    SWITCHYARD_CALLER_DIR: folder,
  };
});
afterAll(async () => {
  await connection.close();
  await sandbox.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) => runCli(args, env);
const json = ({ stdout }: Finished) => JSON.parse(stdout);
const REASON = ["--reason", "a step of the rollout"];

async function revisions(environment = "sandbox") {
  return connection.db
    .select()
    .from(rolloutRevisions)
    .where(eq(rolloutRevisions.environment, environment))
    .orderBy(desc(rolloutRevisions.number));
}

describe("with no server running", () => {
  it(
    "goes up by the gates and back with one command, and says how both went",
    async () => {
      const red = await cli("share", "10%", ...REASON);
      expect(red.stderr).toMatch(/not every gate is green: ComfyUI serves in staging/);
      expect(red).toMatchObject({ code: 3, stdout: "" });
      expect(await revisions()).toHaveLength(1);

      // The canary of an environment without a staging one beside it.
      await addGenerations(connection.db, "sandbox", { count: 30, at: ago(HOUR), forced: true });
      const gates = await cli("gates", "--env", "sandbox", "--json");
      expect(json(gates)).toMatchObject({ step: "canary" });
      const green = await cli("gates", "--step", "gradual_10");
      expect(green.stdout).toMatch(/^green +At least 20 generations in the canary +proved good +30 /m);
      expect(green).toMatchObject({ code: 0 });

      const up = await cli("share", "10", "%", ...REASON, "--json");
      expect(up.stderr).toMatch(/est\. from the last [\s\S]*requests +[\d,]+ a day at ComfyUI/);
      expect(up.code).toBe(0);
      expect(json(up)).toMatchObject({ changed: true, candidateShareBp: 1_000, phase: "gradual", source: "cli" });
      expect(await cli("share", "10%", ...REASON)).toMatchObject({ code: 0 });
      expect(await revisions()).toHaveLength(2);

      const [over, shown] = await Promise.all([
        cli("share", "50%", ...REASON, "--override", "override"),
        cli("share", "--json"),
      ]);
      expect(over.stdout).toMatch(/overridden +\d red gates, named in the history/);
      expect(json(shown)).toMatchObject({ measured: { measuredBp: null } });
      expect((await revisions())[0]).toMatchObject({ candidateShareBp: 5_000 });

      const back = await cli("rollback", "--reason", "errors above 5%");
      expect(back.code).toBe(0);
      expect(back.stdout).toMatch(/rolled back +sandbox: Scenario serves all traffic since revision 4/);
      expect(back.stdout).toMatch(/stopwatch +closed in [\d.]+ (ms|s); nothing in flight; 0 leaked/);
      const [newest] = await revisions();
      expect(newest).toMatchObject({ candidateShareBp: 0, held: true, source: "cli", reason: "errors above 5%" });

      const [again, history, incidents, phase] = await Promise.all([
        cli("rollback", "--json"),
        cli("history", "--limit", "2"),
        cli("incidents", "--open", "--json"),
        cli("phase"),
      ]);
      expect(again.code).toBe(0);
      expect(json(again)).toMatchObject({ changed: false, revision: 4, incidentId: null });
      expect(history.stdout).toMatch(/4 .*0 % held .*errors above 5% +closed in/);
      expect(json(incidents)).toMatchObject({ incidents: [{ revision: 4, items: [{ done: true }, {}, {}, {}] }] });
      expect(phase.stdout).toMatch(/^> +Canary \(staging\) +canary +held/m);
      const audit = await connection.db
        .select()
        .from(auditEntries)
        .where(eq(auditEntries.action, "rollout.rolled_back"));
      expect(audit).toMatchObject([{ via: "cli", actor: newest?.actor, reason: "errors above 5%" }]);

      const held = await cli("share", "10%", ...REASON, "--override", "override");
      expect(held).toMatchObject({ code: 1, stdout: "" });
      expect(held.stderr).toContain("resume it with a reason first");
      expect(await cli("resume", "--reason", "the endpoint is fixed")).toMatchObject({ code: 0 });
      expect((await revisions())[0]).toMatchObject({ number: 5, held: false, candidateShareBp: 0 });
    },
    LONG_MS,
  );

  it(
    "takes back what another is writing just then, as soon as it is written",
    async () => {
      const client = await connection.pool.connect();
      try {
        await client.query("begin");
        await client.query("select pg_advisory_xact_lock(7207001)");
        const running = cli("rollback", "--json");
        const waits = async () => {
          const { rows } = await connection.pool.query(
            "select 1 from pg_locks where locktype = 'advisory' and objid = 7207001 and not granted",
          );
          return rows.length > 0;
        };
        for (const untilMs = Date.now() + 60_000; !(await waits()); ) {
          if (Date.now() > untilMs) throw new Error("the rollback never asked for the lock");
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await client.query(
          `insert into rollout_revisions (id, environment, number, candidate_share_bp, phase, held, salt, source, actor)
            select gen_random_uuid(), environment, number + 1, 2000, phase, false, salt, 'console', 'somebody else'
            from rollout_revisions where environment = 'sandbox' order by number desc limit 1`,
        );
        await client.query("update environments set current_revision = current_revision + 1 where name = 'sandbox'");
        await client.query("commit");
        expect(json(await running)).toMatchObject({ changed: true, previousShareBp: 2_000, candidateShareBp: 0 });
      } finally {
        client.release();
      }
    },
    LONG_MS,
  );

  it(
    "sends all traffic to a provider by the plan's words",
    async () => {
      await addRevision(connection.db, "sandbox", { shareBp: 0, at: new Date() });
      const all = await cli("provider", "runpod", ...REASON, "--override", "override", "--json");
      expect(json(all)).toMatchObject({ candidateShareBp: 10_000, phase: "gradual" });
      const none = await cli("provider", "scenario", ...REASON, "--json");
      expect(json(none)).toMatchObject({ candidateShareBp: 0, held: false });
      expect((await cli("provider")).stdout).toMatch(/serves +Scenario, all traffic/);
    },
    LONG_MS,
  );

  it(
    "ticks a person's task with a note, and switches what happens by itself",
    async () => {
      const [ticked, policy] = await Promise.all([
        cli("task", "canary_monitored", "--note", "watched it for an hour"),
        cli("policy", "--set", "automation.rollBack=off", "gates.holdHours=48", ...REASON, "--json"),
      ]);
      expect(ticked).toMatchObject({ code: 0 });
      expect(json(policy)).toMatchObject({ automation: { rollBack: false }, gates: { holdHours: 48 } });
      expect((await cli("phase")).stdout).toMatch(/^\[x\] .*canary_monitored +human +watched it for an hour$/m);
    },
    LONG_MS,
  );

  it(
    "refuses to raise the share while the way back does not answer, with its reason; a rollback is never held up by it",
    async () => {
      await addRevision(connection.db, "sandbox", { shareBp: 1_000, at: ago(DAY) });
      await connection.db.delete(providerChecks);
      const urls = { ...sandbox.urls, scenario: "http://127.0.0.1:9" };
      const away = {
        ...env,
        SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls, credentials: sandbox.credentials }),
      };
      const before = await revisions();
      const refused = await runCli(["share", "50%", ...REASON, "--override", "override"], away);
      expect(refused.stderr).toMatch(/the way back is not ready, so the share is not raised: Scenario: no connection/);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(await revisions()).toEqual(before);
      expect(json(await runCli(["rollback", "--json"], away))).toMatchObject({ changed: true, previousShareBp: 1_000 });
    },
    LONG_MS,
  );
});

describe("bad input", () => {
  beforeAll(async () => {
    await addRevision(connection.db, "sandbox", { shareBp: 500, at: ago(DAY) });
  });

  it.concurrent.each<[string, string[], number, RegExp]>([
    ["a share below 0", ["share", "-5%", ...REASON], 2, /share must be from 0 to 100 % with at most two decimals/],
    ["a share above 100 %", ["share", "100.01%", ...REASON], 2, /share must be from 0 to 100 %/],
    ["more than two decimals", ["share", "12.345", ...REASON], 2, /at most two decimals, not "12.345"/],
    ["no number", ["share", "half", ...REASON], 2, /share must be from 0 to 100 %/],
    ["no reason", ["share", "4%"], 2, /--reason is needed/],
    ["a short reason", ["share", "4%", "--reason", "  go now "], 2, /--reason must have 8 to 1000 characters/],
    ["a short reason to resume", ["resume", "--reason", "go"], 2, /--reason must have 8 to 1000 characters/],
    ["resuming what is not held", ["resume", ...REASON], 1, /the rollout is not held/],
    ["an override by another word", ["share", "50%", ...REASON, "--override", "yes"], 2, /--override must be followed/],
    ["red gates without override", ["share", "50%", ...REASON], 3, /not every gate is green: Held for/],
    [
      "a stale page",
      ["share", "4%", ...REASON, "--seen", "1"],
      1,
      /the rollout changed since .*: test set revision \d+/,
    ],
    ["an unknown provider", ["provider", "dalle", ...REASON], 2, /provider must be one of scenario, comfyui, runpod/],
    ["an unknown environment", ["rollback", "--env", "moon"], 2, /--environment must be one of sandbox, not "moon"/],
    ["an unknown option", ["share", "4%", ...REASON, "--fast"], 2, /--fast is no option of share/],
    ["a task that ticks itself", ["task", "share_10", "--note", "did it"], 2, /ticks itself, by measurement/],
    ["a task without a note", ["task", "canary_monitored"], 2, /--note is needed/],
    ["a policy beyond its rule", ["policy", "--set", "gates.holdHours=-1", ...REASON], 2, /gates.holdHours/],
    ["an unknown step", ["gates", "--step", "moon"], 2, /--step must be of validation/],
  ])(
    "%s: names the rule and leaves the revisions as they were",
    async (_what, args, code, rule) => {
      const before = await revisions();
      const refused = await cli(...args);
      expect(refused.stderr).toMatch(rule);
      expect(refused).toMatchObject({ code, stdout: "" });
      expect(await revisions()).toEqual(before);
    },
    LONG_MS,
  );

  it(
    "names the variables of a provider that is not configured",
    async () => {
      const real = { ...env, SWITCHYARD_SANDBOX_CONNECTION: "", SCENARIO_API_KEY: "k", SCENARIO_SECRET_API_KEY: "s" };
      const refused = await runCli(["provider", "comfyui", "--env", "production", ...REASON], {
        ...real,
        SCENARIO_API_URL: "http://127.0.0.1:9/v1",
      });
      expect(refused.stderr).toContain(
        "ComfyUI is not configured: RUNPOD_API_KEY and RUNPOD_COMFYUI_ENDPOINT_ID are missing",
      );
      expect(refused).toMatchObject({ code: 4, stdout: "" });
      expect(await revisions("production")).toMatchObject([{ number: 1, candidateShareBp: 0 }]);

      const { SCENARIO_API_KEY: _key, ...without } = real;
      await addRevision(connection.db, "production", { shareBp: 500, at: new Date() });
      const nobody = await runCli(["rollback", "--env", "production"], {
        ...without,
        RUNPOD_API_KEY: "k",
        RUNPOD_COMFYUI_ENDPOINT_ID: "e",
      });
      expect(nobody.stderr).toContain("Scenario is not configured: SCENARIO_API_KEY is missing");
      expect(nobody).toMatchObject({ code: 4, stdout: "" });
      expect(await revisions("production")).toHaveLength(2);
    },
    LONG_MS,
  );
});

it(
  "rolls back while the embedded database is down, by starting it, and stops it again",
  async () => {
    const dataDir = join(folder, "embedded");
    const down = { ...env, DATABASE_URL: "", SWITCHYARD_DATA_DIR: dataDir, SWITCHYARD_SANDBOX_CONNECTION: "" };
    // A first start that sends all traffic to the candidate, as the plan's variable says.
    const done = await runCli(["rollback", "--json"], { ...down, IMAGE_GENERATION_PROVIDER: "comfyui" });
    expect(done.code).toBe(0);
    expect(json(done)).toMatchObject({ changed: true, revision: 2, previousShareBp: 10_000, stopwatch: { leaked: 0 } });
    expect(existsSync(join(dataDir, "postgres", "cluster", "postmaster.pid"))).toBe(false);
    // The variable of a command that is typed moves nobody's traffic afterwards.
    const again = await runCli(["rollback", "--json"], { ...down, IMAGE_GENERATION_PROVIDER: "comfyui" });
    expect(json(again)).toMatchObject({ changed: false, revision: 2 });
  },
  LONG_MS,
);

it("clocks the press by the database", async () => {
  const { rows } = await connection.db.execute<{ ok: boolean }>(
    sql`select bool_and((details ->> 'pressedAtMs')::numeric <= extract(epoch from created_at) * 1000) as ok
      from rollout_revisions where details ->> 'kind' = 'rollback'`,
  );
  expect(rows).toEqual([{ ok: true }]);
});
