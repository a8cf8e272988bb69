import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { insertApiKey } from "../chaos/api-key";
import { ensureBundles } from "../chaos/processes/build";
import { startDatabase } from "../chaos/processes/database";
import { bundleArgs, startProgram } from "../chaos/processes/program";
import { startSandbox } from "../chaos/processes/sandbox";

const HELP = `Usage: npm run bench:inflight -- [--waiting 5000] [--seconds 30] [--json]

Puts N generations at the provider, whose jobs do not end, and measures what the worker process that waits for them
needs: memory more than before, and processor time while it waits. Linux only (reads /proc).
`;

const { values } = parseArgs({
  options: {
    waiting: { type: "string", default: "5000" },
    seconds: { type: "string", default: "30" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const ENVIRONMENT = "bench";
const SENDERS = 32;
const HOUR_MS = 3_600_000;
/** Clock ticks of /proc/PID/stat in a second: fixed at 100 for what user space sees (man 5 proc). */
const TICKS_PER_S = 100;

function usage(pid: number): { rssBytes: number; cpuS: number } {
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  // The command's name, in parentheses, may hold spaces; fields count from after it.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return { rssBytes: Number(rss) * 1024, cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S };
}

async function run(waiting: number, seconds: number) {
  await ensureBundles();
  const folder = mkdtempSync(join(tmpdir(), "switchyard-inflight-"));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, "logs"));
  const logFile = (name: string) => join(folder, "logs", `${name}.log`);
  const cleanUp: (() => Promise<unknown>)[] = [];
  try {
    const database = await startDatabase(join(folder, "database"), logFile("database"));
    cleanUp.push(() => database.stop());
    const sandbox = await startSandbox({ seed: 1, clockFactor: 1, faultsFile: null }, logFile("sandbox"));
    cleanUp.push(() => sandbox.stop());
    const { urls, credentials } = sandbox.connection;
    const env = {
      PORT: "0",
      DATABASE_URL: database.url,
      SWITCHYARD_DATA_DIR: join(folder, "data"),
      SWITCHYARD_SECRET: "one secret for both processes of a benchmark",
      SWITCHYARD_SANDBOX: "off",
      SWITCHYARD_ENVIRONMENTS: ENVIRONMENT,
      SWITCHYARD_ENVIRONMENT: ENVIRONMENT,
      RUNPOD_API_URL: `${urls.runpodJobs}/v2`,
      RUNPOD_MANAGEMENT_URL: `${urls.runpodManagement}/v2`,
      RUNPOD_API_KEY: credentials.runpodApiKey,
      RUNPOD_COMFYUI_ENDPOINT_ID: credentials.endpointId,
      IMAGE_GENERATION_PROVIDER: "comfyui",
      MAX_IN_FLIGHT: String(waiting),
      MAX_QUEUED: String(waiting * 2),
      LOG_LEVEL: "warn",
    };
    const start = async (role: "gateway" | "worker") => {
      const program = await startProgram({
        args: bundleArgs("server"),
        env: { ...env, ROLE: role },
        logFile: logFile(role),
        ready: "message",
      });
      cleanUp.push(async () => {
        program.signal("SIGTERM");
        await program.ended;
      });
      return program;
    };
    const gateway = await start("gateway");
    const worker = await start("worker");
    await sleep(3_000);
    const idle = usage(worker.pid);

    const apiKey = await insertApiKey(database.pool, ENVIRONMENT);
    await submitAll(String(gateway.ready.url), apiKey, waiting);
    const atProvider = async () => {
      const { rows } = await database.pool.query<{ n: number }>(
        "select count(*)::int as n from generations where state = 'running' and finished_at is null",
      );
      return rows[0]?.n ?? 0;
    };
    const deadline = Date.now() + 180_000;
    while ((await atProvider()) < waiting && Date.now() < deadline) await sleep(500);
    const reached = await atProvider();
    const before = usage(worker.pid);
    let peakBytes = before.rssBytes;
    const startedMs = performance.now();
    while (performance.now() - startedMs < seconds * 1000) {
      await sleep(500);
      peakBytes = Math.max(peakBytes, usage(worker.pid).rssBytes);
    }
    const tookS = (performance.now() - startedMs) / 1000;
    const after = usage(worker.pid);
    return {
      waiting: reached,
      stillWaiting: await atProvider(),
      idleMiB: toMiB(idle.rssBytes),
      peakMiB: toMiB(peakBytes),
      moreMiB: toMiB(peakBytes - idle.rssBytes),
      cores: Math.round(((after.cpuS - before.cpuS) / tookS) * 1000) / 1000,
      seconds: Math.round(tookS),
      machineCores: cpus().length,
    };
  } finally {
    for (const stop of cleanUp.reverse())
      await stop().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Jobs that never end, with an hour until their deadline. */
async function submitAll(server: string, apiKey: string, count: number): Promise<void> {
  let next = 0;
  const body = (index: number) =>
    JSON.stringify({
      operation: "txt2img",
      prompt: `waiting ${index} [fault:never_finishes]`,
      width: 256,
      height: 256,
      deadlineMs: HOUR_MS,
    });
  const send = async () => {
    for (let index = next++; index < count; index = next++) {
      const answer = await fetch(`${server}/api/v1/generations`, {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", prefer: "return=minimal" },
        body: body(index),
      });
      if (answer.status !== 202)
        throw new Error(`request ${index} was answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}

function toMiB(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

if (values.help) process.stdout.write(HELP);
else {
  const figures = await run(Number(values.waiting), Number(values.seconds));
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else {
    const { waiting, stillWaiting, idleMiB, peakMiB, moreMiB, cores, seconds, machineCores } = figures;
    process.stdout.write(`${waiting} generations waiting at the provider, ${stillWaiting} after ${seconds} s\n`);
    process.stdout.write(
      `memory of the worker process: ${idleMiB} MiB idle, ${peakMiB} MiB at most while waiting, ${moreMiB} MiB more\n`,
    );
    process.stdout.write(`processor while waiting: ${cores} of ${machineCores} cores\n`);
  }
}
