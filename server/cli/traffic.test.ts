import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "@/server/http/testing/start-test-server";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { runCli } from "./testing/run-cli";

const LONG_MS = 180_000;
let folder: string;
let sandbox: Sandbox;
let server: TestServer;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-traffic-"));
  sandbox = await startSandbox({ seed: 5, imageMode: "tiny" });
  const settings = {
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls: sandbox.urls, credentials: sandbox.credentials }),
  };
  server = await startTestServer({ env: settings });
  env = { ...settings, DATABASE_URL: server.databaseUrl, SWITCHYARD_DATA_DIR: folder, SWITCHYARD_URL: server.url };
});
afterAll(async () => {
  await server.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function accepted() {
  const { rows } = await server.runtime.db.execute<{
    environment: string;
    source: string;
    operations: string;
    n: number;
  }>(
    sql`select environment, source, string_agg(distinct operation, ',' order by operation) as operations, count(*)::int as n
      from generations group by 1, 2`,
  );
  return rows;
}

it(
  "sends applications' requests to the running server until Ctrl-C, with a key of its own that ends with it",
  async () => {
    const args = [
      "sandbox",
      "traffic",
      "--profile",
      "steady",
      "--rate",
      "3000",
      "--minutes",
      "60",
      "--seed",
      "1",
      "--json",
    ];
    let asked = false;
    const { code, stdout, stderr } = await runCli(args, env, (child, said) => {
      if (asked || !said().includes("steady: about 180000 requests")) return;
      asked = true;
      void expect
        .poll(async () => (await accepted())[0]?.n ?? 0, { timeout: 60_000 })
        .toBeGreaterThan(60)
        .finally(() => child.kill("SIGINT"));
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining(server.url)]);
    const { sent, refused, lastRefusal } = JSON.parse(stdout);
    expect([refused, lastRefusal]).toEqual([0, null]);
    expect(await accepted()).toEqual([
      { environment: "sandbox", source: "cli", operations: "img2img,remove_background,txt2img", n: sent },
    ]);
    const { rows } = await server.runtime.db.execute(sql`select name, revoked_at is not null as revoked from api_keys`);
    expect(rows).toEqual([{ name: "sample traffic", revoked: true }]);
  },
  LONG_MS,
);

it(
  "goes nowhere but to the sandbox",
  async () => {
    const before = await accepted();
    const { key } = await server.makeKey({ environment: "production", scopes: ["generate", "read"] });
    const forOthers = await runCli(["sandbox", "traffic"], { ...env, SWITCHYARD_API_KEY: key });
    expect(forOthers).toMatchObject({ code: 4, stdout: "", stderr: expect.stringContaining("sandbox") });
    const noServer = await runCli(["sandbox", "traffic"], { ...env, SWITCHYARD_URL: "" });
    expect(noServer).toMatchObject({ code: 4, stderr: expect.stringContaining("npm start") });
    expect(await accepted()).toEqual(before);
  },
  LONG_MS,
);
