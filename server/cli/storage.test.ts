import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { runCli } from "./testing/run-cli";

const LONG_MS = 120_000;
let folder: string;
let database: TestDatabase;
let sandbox: Sandbox;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-storage-"));
  database = await createTestDatabase();
  sandbox = await startSandbox({ seed: 3 });
  env = {
    DATABASE_URL: database.url,
    SWITCHYARD_DATA_DIR: folder,
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls: sandbox.urls, credentials: sandbox.credentials }),
    R2_ENDPOINT: sandbox.urls.s3,
    R2_BUCKET: sandbox.credentials.bucket,
    R2_ACCESS_KEY_ID: sandbox.credentials.s3AccessKeyId,
    R2_SECRET_ACCESS_KEY: sandbox.credentials.s3SecretAccessKey,
  };
});
afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe("switchyard storage", () => {
  it(
    "is in the status with what is warned of",
    async () => {
      const connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
      await connection.db.execute(sql`
        insert into endpoint_warnings (id, environment, key, level, state, title, says, todo, looks, fired_at)
        values (gen_random_uuid(), 'sandbox', 'storage_waiting', 'breach', 'firing', 'R2 refuses the key', '', '', 0, now() - interval '2 minutes')`);
      await connection.close();
      const { stdout } = await runCli(["status", "--no-probe"], env);
      expect(stdout).toMatch(/^ +storage +breach: R2 refuses the key, 2 min ago \(switchyard storage check\)$/m);
      expect(stdout).not.toContain("endpoint lint");
    },
    LONG_MS,
  );

  it(
    "tries disk and bucket, and ends with 3 and the reason when the key is refused",
    async () => {
      const good = await runCli(["storage", "check"], env);
      expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(/^disk: works.*R2: works/s) });
      const bad = await runCli(["storage", "check", "--json"], { ...env, R2_SECRET_ACCESS_KEY: "canary-wrong" });
      expect(bad.code).toBe(3);
      expect(JSON.parse(bad.stdout)).toMatchObject({
        environment: "sandbox",
        stores: [
          { store: "disk", ok: true },
          { store: "r2", ok: false, fault: "refused_key" },
        ],
      });
      expect(bad.stdout + bad.stderr).not.toContain("canary");
    },
    LONG_MS,
  );

  it(
    "shows where pictures go, changes how long they are kept, and sweeps nothing away unasked",
    async () => {
      const refused = await runCli(["storage", "keep", "soon", "--reason", "no such time"], env);
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/number of days such as 90, or forever/),
      });
      const kept = await runCli(["storage", "keep", "90", "--reason", "the agency's contract"], env);
      expect(kept).toMatchObject({ code: 0, stdout: "sandbox: pictures are kept 90 days (before: for good)\n" });
      const status = await runCli(["storage", "status", "--json"], env);
      expect(JSON.parse(status.stdout)).toMatchObject({
        store: "r2",
        spool: [],
        keep: [{ environment: "sandbox", days: 90 }],
      });
      const swept = await runCli(["storage", "sweep", "--json"], env);
      expect(JSON.parse(swept.stdout)).toMatchObject([{ place: "disk" }, { place: "r2", removed: { objects: 0 } }]);
    },
    LONG_MS,
  );
});
