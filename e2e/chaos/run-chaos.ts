import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { insertApiKey } from "./api-key";
import { check } from "./check/check";
import { startClients } from "./clients";
import type { History } from "./history";
import { KillPlanner, readDebugPoints } from "./kill-plan";
import { unleash } from "./nemesis";
import { ensureBundles } from "./processes/build";
import { type ChaosDatabase, startDatabase } from "./processes/database";
import { freePorts } from "./processes/free-ports";
import { startHookRelay } from "./processes/hook-relay";
import { ROOT } from "./processes/program";
import { startSandbox } from "./processes/sandbox";
import { Slot } from "./processes/slot";
import { verifyImported, verifyNumbers } from "./processes/verify";
import { Random } from "./random";
import { fetchResults, readDatabase, readFiles } from "./read-history";
import { type ChaosReport, isKept, toReport } from "./report";
import { serverEnvironment } from "./server-environment";
import { type ChaosSettings, DEFAULTS, MAX_ATTEMPTS } from "./settings";
import { smallPicture } from "./small-picture";
import { TakeoverWatch } from "./takeovers";
import { writeTrace } from "./trace-file";

/** The clocks are one machine's; what remains is rounding and the ledger's scaled time. */
const CLOCK_TOLERANCE_MS = 5;
const ENVIRONMENT = "chaos";
const TRACE_ROWS = 2_000;

/**
 * Starts a database, the sandbox and instances of the server, lets callers work while processes are killed, waits
 * until all work has ended, and judges what is left. Folder and logs stay when a promise was broken.
 */
export async function runChaos(changes: Partial<ChaosSettings>): Promise<ChaosReport> {
  const settings: ChaosSettings = { ...DEFAULTS, ...changes };
  const { say } = settings;
  const startedMs = performance.now();
  await ensureBundles();
  const folder = mkdtempSync(join(tmpdir(), "switchyard-chaos-"));
  // As root the database runs under another account, which has to get through.
  chmodSync(folder, 0o711);
  const logs = join(folder, "logs");
  mkdirSync(logs);
  const logFile = (name: string) => join(logs, `${name}.log`);
  const dataDir = join(folder, "data");
  const cleanUp: (() => Promise<void>)[] = [];
  let kept = false;
  try {
    const random = new Random(settings.seed);
    const [database, sandbox] = await Promise.all([
      startDatabase(join(folder, "database"), logFile("database")),
      startSandbox(settings, logFile("sandbox")),
    ]);
    cleanUp.push(
      () => database.stop(),
      () => sandbox.stop(),
    );
    await plant(settings, database);

    const ports = await freePorts(settings.instances);
    const relay = await startHookRelay(() => ports);
    cleanUp.push(() => relay.stop());
    const slots = ports.flatMap((port, index) =>
      (["gateway", "worker"] as const).map((part) => {
        const name = `${part}-${index + 1}`;
        const env = serverEnvironment({
          part,
          port,
          environment: ENVIRONMENT,
          dataDir,
          databaseUrl: database.url,
          publicUrl: relay.url,
          sandbox: sandbox.connection,
          settings,
        });
        return new Slot({ name, part, env, logFile: logFile(name) });
      }),
    );
    cleanUp.push(async () => {
      for (const slot of slots) slot.program?.signal("SIGCONT");
      await Promise.all(slots.map((slot) => slot.stop()));
    });
    // Once in good order: the first start writes the environment, the prices and the installation's secret.
    await slots[0]?.startForGood();
    await slots[0]?.stop();

    const apiKey = await insertApiKey(database.pool, ENVIRONMENT);
    const gateways = ports.map((port) => `http://127.0.0.1:${port}`);
    const points = settings.points ?? readDebugPoints(join(ROOT, "server", "engine", "debug-points.ts"));
    const planner = new KillPlanner(points, random, settings.pauseShare, settings.points === null);
    const watch = new TakeoverWatch(database, () =>
      slots.filter((slot) => slot.part === "worker").flatMap((slot) => slot.attended),
    );
    const clients = startClients({
      count: settings.clients,
      gateways,
      apiKey,
      inputImage: await smallPicture(),
      random: new Random(settings.seed + 1),
    });
    cleanUp.push(async () => {
      clients.abandon();
      watch.abandon();
    });
    say(`${settings.instances} instances, ${settings.clients} callers, ${settings.kills} kills; logs in ${logs}`);
    const kills = await unleash({
      slots,
      database,
      planner,
      random,
      watch,
      killAnywhere: settings.points === null,
      kills: settings.kills,
      databaseKills: Math.round(settings.kills * settings.databaseShare),
      say,
    });

    say("no more kills; callers get their answers and open work ends");
    await sandbox.removeFaults();
    await clients.finish();
    await watch.finish();
    await drain(database, settings.drainMs, say);

    const env = slots[0]?.options.env ?? {};
    const history: History = {
      clients: clients.log,
      database: await readDatabase(database.pool),
      jobs: await sandbox.jobs(),
      files: await readFiles(dataDir),
      served: await fetchResults(gateways[0] ?? "", apiKey),
      takeovers: watch.takeovers,
      numbers: await verifyNumbers(env, logFile("verify")),
      // Last: what it stores is not this run's.
      imported: settings.plantedBug === null ? await importTrace(env, folder, logFile("import")) : null,
    };
    const broken = check(history, {
      maxAttempts: MAX_ATTEMPTS,
      clockToleranceMs: CLOCK_TOLERANCE_MS,
      takeoverMs: settings.takeoverLimitMs,
      acceptMs: settings.acceptLimitMs,
    });
    const report = toReport({
      settings,
      history,
      kills,
      points: planner.hits,
      startsMs: slots.flatMap((slot) => slot.starts),
      refusals: clients.refusals,
      broken,
      tookMs: performance.now() - startedMs,
    });
    kept = isKept(report) || settings.plantedBug !== null;
    return report;
  } finally {
    for (const stop of cleanUp.reverse()) await stop().catch((error: unknown) => say(`cleaning up: ${String(error)}`));
    if (kept) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    else say(`what was left is in ${folder}`);
  }
}

function importTrace(env: Record<string, string>, folder: string, logFile: string): Promise<History["imported"]> {
  const file = join(folder, "trace.csv");
  writeTrace(file, TRACE_ROWS);
  return verifyImported(env, file, logFile);
}

/** Takes away the nets that a planted bug is about; the engine's own part of it is switched by the environment. */
async function plant({ plantedBug }: ChaosSettings, { pool }: ChaosDatabase): Promise<void> {
  if (plantedBug === "no_terminal_index" || plantedBug === "no_fence")
    await pool.query("drop index generation_events_terminal_idx");
  if (plantedBug === "no_fence") await pool.query("alter table generations disable trigger generations_one_end");
}

/** Until nothing is open at any provider or in the queue, or the time is up; the checker says what is still open then. */
async function drain({ pool }: ChaosDatabase, withinMs: number, say: (line: string) => void): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { rows } = await pool.query<{ open: number }>(
      `select (select count(*) from generations where finished_at is null)::int
        + (select count(*) from attempts where state in ('intent', 'submitted', 'running'))::int as open`,
    );
    const open = rows[0]?.open ?? 0;
    if (open === 0) return;
    if (Date.now() > deadline) return say(`${open} rows are still open after ${withinMs / 1000} s`);
    await sleep(250);
  }
}
