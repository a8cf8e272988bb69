import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { insertApiKey } from "../chaos/api-key";
import { ensureBundles } from "../chaos/processes/build";
import { startDatabase } from "../chaos/processes/database";
import { bundleArgs, ROOT, startProgram } from "../chaos/processes/program";
import { startSandbox } from "../chaos/processes/sandbox";
import type { DrillOptions, Flip } from "./drill-types";
import { readFigures } from "./read-figures";
import type { DrillFigures } from "./report";
import { shareToCandidate } from "./share-to-candidate";

const ENVIRONMENT = "drill";
const CLOCK_FACTOR = 20;
/** Time under each route: enough for requests of both kinds to be on their way when it changes. */
const HOLD_MS = 250;
const DRAIN_MS = 120_000;

/** Real server processes on one database, callers at a steady rate, and a rollback by REST on one instance after another. */
export async function runDrill(options: DrillOptions): Promise<DrillFigures> {
  await ensureBundles();
  const folder = mkdtempSync(join(tmpdir(), "switchyard-drill-"));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, "logs"));
  const logFile = (name: string) => join(folder, "logs", `${name}.log`);
  const cleanUp: (() => Promise<unknown>)[] = [];
  try {
    const database =
      options.databaseUrl === null ? await startDatabase(join(folder, "database"), logFile("database")) : null;
    const databaseUrl = options.databaseUrl ?? database?.url ?? "";
    if (database) cleanUp.push(() => database.stop());
    else await migrateOutside(databaseUrl);
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 });
    cleanUp.push(() => pool.end());
    const sandbox = await startSandbox({ seed: 1, clockFactor: CLOCK_FACTOR, faultsFile: null }, logFile("sandbox"));
    cleanUp.push(() => sandbox.stop());
    const { urls, credentials } = sandbox.connection;
    await sandbox.setEndpoint({ workersMin: 40, workersMax: 60 });

    const env = {
      PORT: "0",
      DATABASE_URL: databaseUrl,
      SWITCHYARD_DATA_DIR: join(folder, "data"),
      SWITCHYARD_SECRET: "one secret for all instances of a drill",
      SWITCHYARD_SANDBOX: "off",
      SWITCHYARD_ENVIRONMENTS: ENVIRONMENT,
      SWITCHYARD_ENVIRONMENT: ENVIRONMENT,
      SCENARIO_API_URL: `${urls.scenario}/v1`,
      SCENARIO_API_KEY: credentials.scenarioApiKey,
      SCENARIO_SECRET_API_KEY: credentials.scenarioSecret,
      RUNPOD_API_URL: `${urls.runpodJobs}/v2`,
      RUNPOD_MANAGEMENT_URL: `${urls.runpodManagement}/v2`,
      RUNPOD_API_KEY: credentials.runpodApiKey,
      RUNPOD_COMFYUI_ENDPOINT_ID: credentials.endpointId,
      // The providers' limits run on their clock, and these seconds are ours.
      SCENARIO_POLLS_PER_SECOND: String(20 * CLOCK_FACTOR),
      RUNPOD_POLLS_PER_SECOND: String(100 * CLOCK_FACTOR),
      LOG_LEVEL: "warn",
    };
    const urlsOfServers: string[] = [];
    for (let index = 0; index < options.instances; index += 1) {
      // An instance without its pages: what accepts, and what sends.
      for (const part of ["gateway", "worker"] as const) {
        const program = await startProgram({
          args: bundleArgs("server"),
          env: { ...env, ROLE: part },
          logFile: logFile(`${part}-${index + 1}`),
          ready: "message",
        });
        cleanUp.push(async () => {
          program.signal("SIGTERM");
          await program.ended;
        });
        if (part === "gateway") urlsOfServers.push(String(program.ready.url));
      }
    }
    const apiKey = await insertApiKey(pool, ENVIRONMENT, ["generate", "read", "operate"]);
    options.say(`${options.instances} instances; logs in ${join(folder, "logs")}`);

    const load = startLoad(urlsOfServers, apiKey, options.rps);
    const flips: Flip[] = [];
    for (let index = 0; index < options.flips; index += 1) {
      await shareToCandidate(pool, ENVIRONMENT);
      await sleep(HOLD_MS);
      flips.push(await press(urlsOfServers[index % urlsOfServers.length] ?? "", apiKey));
      await sleep(HOLD_MS);
      if ((index + 1) % 25 === 0) options.say(`${index + 1} rollbacks`);
    }
    const { accepted, refused } = await load.stop();
    await drain(pool, options.say);
    return await readFigures({
      pool,
      environment: ENVIRONMENT,
      flips,
      jobs: await sandbox.jobs(),
      options,
      accepted,
      refused,
    });
  } finally {
    for (const stop of cleanUp.reverse())
      await stop().catch((error: unknown) => options.say(`cleaning up: ${String(error)}`));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The servers take a migrated database; an embedded one has been migrated by the program that serves it. */
async function migrateOutside(databaseUrl: string): Promise<void> {
  const program = join(ROOT, "db", "testing", "migrate-database.ts");
  await promisify(execFile)(process.execPath, ["--import", "tsx", program], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
}

async function press(server: string, apiKey: string): Promise<Flip> {
  const pressedAtMs = Date.now();
  const answer = await fetch(`${server}/api/v1/rollback`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}` },
  });
  if (!answer.ok) throw new Error(`the rollback was refused with ${answer.status}: ${await answer.text()}`);
  const body = (await answer.json()) as { revision: number; changed: boolean };
  if (!body.changed) throw new Error("the rollback found nothing to take back");
  return { revision: body.revision, pressedAtMs, answeredAtMs: Date.now() };
}

/** Requests at a steady rate, whatever the answers take: a caller's users do not wait for each other. */
function startLoad(servers: string[], apiKey: string, rps: number) {
  let sent = 0;
  let accepted = 0;
  let refused = 0;
  const open = new Set<Promise<void>>();
  const send = async (index: number) => {
    const answer = await fetch(`${servers[index % servers.length]}/api/v1/generations`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", prefer: "return=minimal" },
      body: JSON.stringify({ operation: "txt2img", prompt: `drill ${index}`, width: 256, height: 256 }),
    }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 202) accepted += 1;
    else refused += 1;
  };
  const timer = setInterval(() => {
    const task = send(sent).finally(() => open.delete(task));
    sent += 1;
    open.add(task);
  }, 1000 / rps);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      return { accepted, refused };
    },
  };
}

async function drain(pool: pg.Pool, say: (line: string) => void): Promise<void> {
  const deadline = Date.now() + DRAIN_MS;
  for (;;) {
    const { rows } = await pool.query<{ open: number }>(
      "select count(*)::int as open from generations where finished_at is null",
    );
    const open = rows[0]?.open ?? 0;
    if (open === 0) return;
    if (Date.now() > deadline) return say(`${open} generations are still open`);
    await sleep(300);
  }
}
