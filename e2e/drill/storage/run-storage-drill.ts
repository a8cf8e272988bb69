import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { insertApiKey } from "../../chaos/api-key";
import { startClients } from "../../chaos/clients";
import { ensureBundles } from "../../chaos/processes/build";
import { startDatabase } from "../../chaos/processes/database";
import { freePorts } from "../../chaos/processes/free-ports";
import { startHookRelay } from "../../chaos/processes/hook-relay";
import { startSandbox } from "../../chaos/processes/sandbox";
import { Slot } from "../../chaos/processes/slot";
import { Random } from "../../chaos/random";
import { fetchResults, readDatabase, readFiles } from "../../chaos/read-history";
import { serverEnvironment } from "../../chaos/server-environment";
import { DEFAULTS } from "../../chaos/settings";
import { smallPicture } from "../../chaos/small-picture";
import { bucketReader } from "./bucket";
import { brokenBy, readEnds, readObjects, readSpool } from "./judge";
import { lookAtSpooled } from "./look-at-spooled";
import { OUTAGE, type OutageFault, outageRules } from "./outage";
import type { StorageDrillFigures } from "./report";

export interface StorageDrillOptions {
  /** Length of the outage in the sandbox's minutes. */
  minutes: number;
  clockFactor: number;
  instances: number;
  clients: number;
  /** Processes to kill in the outage. */
  kills: number;
  seed: number;
  faults: readonly OutageFault[];
  say: (line: string) => void;
}

export const STORAGE_DRILL: StorageDrillOptions = {
  minutes: 60,
  clockFactor: 60,
  instances: 2,
  clients: 12,
  kills: 8,
  seed: 1,
  faults: OUTAGE.map(({ fault }) => fault),
  say: () => {},
};

const ENVIRONMENT = "drill";
/** Traffic with R2 there, before and after, in sandbox minutes. */
const AROUND_MINUTES = 1;
const DRAIN_MS = 180_000;

/**
 * Real server processes with a disk each, callers all the time, R2 away for so long, processes killed meanwhile, one of
 * them only coming back after R2 has; then every row, file and object is looked at.
 */
export async function runStorageDrill(changes: Partial<StorageDrillOptions>): Promise<StorageDrillFigures> {
  const options = { ...STORAGE_DRILL, ...changes };
  const { clockFactor, say } = options;
  const minutesMs = (minutes: number) => (minutes * 60_000) / clockFactor;
  await ensureBundles();
  const folder = mkdtempSync(join(tmpdir(), "switchyard-storage-drill-"));
  // As root the database runs under another account, which has to get through.
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, "logs"));
  const logFile = (name: string) => join(folder, "logs", `${name}.log`);
  const cleanUp: (() => Promise<unknown>)[] = [];
  try {
    const [database, sandbox] = await Promise.all([
      startDatabase(join(folder, "database"), logFile("database")),
      startSandbox({ seed: options.seed, clockFactor, faultsFile: null, imageMode: "full" }, logFile("sandbox")),
    ]);
    cleanUp.push(
      () => database.stop(),
      () => sandbox.stop(),
    );
    const { pool } = database;
    await sandbox.setEndpoint({ workersMin: 20, workersMax: 40 });
    const ports = await freePorts(options.instances);
    const relay = await startHookRelay(() => ports);
    cleanUp.push(() => relay.stop());
    const dataDirs = ports.map((_, index) => join(folder, `data-${index + 1}`));
    const slots = ports.flatMap((port, index) =>
      (["gateway", "worker"] as const).map((part) => {
        const env = serverEnvironment({
          part,
          port,
          environment: ENVIRONMENT,
          dataDir: dataDirs[index] ?? folder,
          databaseUrl: database.url,
          publicUrl: relay.url,
          sandbox: sandbox.connection,
          settings: { ...DEFAULTS, r2: true },
        });
        const ofDrill = {
          // The providers' limits run on their clock, and these seconds are ours.
          SCENARIO_POLLS_PER_SECOND: String(20 * clockFactor),
          RUNPOD_POLLS_PER_SECOND: String(100 * clockFactor),
          // On a machine that does other things, slowness is not what this is about.
          DEADLINE_SCENARIO_S: "600",
          DEADLINE_COMFYUI_S: "600",
        };
        const name = `${part}-${index + 1}`;
        return new Slot({ name, part, env: { ...env, ...ofDrill }, logFile: logFile(name) });
      }),
    );
    cleanUp.push(() => Promise.all(slots.map((slot) => slot.stop())));
    // One first: it writes the environment, the prices and what else all of them share.
    await slots[0]?.startForGood();
    await Promise.all(slots.slice(1).map((slot) => slot.startForGood()));

    const apiKey = await insertApiKey(pool, ENVIRONMENT);
    const gateways = ports.map((port) => `http://127.0.0.1:${port}`);
    const clients = startClients({
      count: options.clients,
      gateways,
      apiKey,
      inputImage: await smallPicture(),
      random: new Random(options.seed + 1),
    });
    cleanUp.push(async () => clients.abandon());
    say(`${options.instances} instances, ${options.clients} callers; logs in ${join(folder, "logs")}`);
    await sleep(minutesMs(AROUND_MINUTES));

    const outage = { fromMs: Date.now(), toMs: 0 };
    await sandbox.addFaults(outageRules(options.faults, options.minutes * 60));
    say("R2 is away");
    const random = new Random(options.seed + 2);
    const betweenMs = minutesMs(options.minutes) / (options.kills + 1);
    let kills = 0;
    // Comes back only when R2 has: what lies on its disk must not need the life that put it there.
    let last: Slot | null = null;
    for (; kills < options.kills; kills += 1) {
      await sleep(Math.max(0, outage.fromMs + (kills + 1) * betweenMs - Date.now()));
      const slot = random.pick(slots);
      slot.program?.signal("SIGKILL");
      await slot.program?.ended;
      say(`${slot.options.name} was killed`);
      if (kills === options.kills - 1) last = slot;
      else await slot.startForGood();
    }
    await sleep(Math.max(0, outage.fromMs + minutesMs(options.minutes) - Date.now()));
    // Without a picture that waits the rest would prove nothing.
    await until(DRAIN_MS, async () => (await readSpool(pool)).length > 0);
    const holders = ports.flatMap((port, at) => {
      const isThere = slots.find(({ options }) => options.name === `gateway-${at + 1}`)?.program?.isRunning();
      return isThere ? [{ gateway: `http://127.0.0.1:${port}`, dataDir: dataDirs[at] ?? "" }] : [];
    });
    const looks = await lookAtSpooled({ pool, holders, apiKey });
    const spooled = await readSpool(pool);
    await sandbox.removeFaults();
    outage.toMs = Date.now();
    say("R2 is back");
    await last?.startForGood();
    await sleep(minutesMs(AROUND_MINUTES));
    await clients.finish();
    await until(DRAIN_MS, async () => (await count(pool, "generations where finished_at is null")) === 0);
    const isEmpty = async () => (await count(pool, "images where location = 'disk'")) === 0;
    const drained = await until(DRAIN_MS, isEmpty);
    const drainMs = drained ? Date.now() - outage.toMs : null;
    const inBucket = bucketReader(sandbox.connection);
    const objects = await readObjects(pool);
    let notInBucket = 0;
    for (const { objectKey, sha256 } of objects) if ((await inBucket(objectKey)) !== sha256) notInBucket += 1;
    const left = (await Promise.all(dataDirs.map(readFiles))).flat();
    const named = new Set(objects.map(({ objectKey }) => objectKey));
    const copiesLeft = left.filter(({ path }) => named.has(path)).length;
    const broken = brokenBy({
      clients: clients.log,
      database: await readDatabase(pool),
      jobs: await sandbox.jobs(),
      files: left,
      served: await fetchResults(gateways[0] ?? "", apiKey),
      takeovers: [],
      numbers: { events: 0, differences: 0, first: null },
      imported: null,
    });
    return {
      minutes: options.minutes,
      clockFactor,
      instances: options.instances,
      faults: options.faults,
      kills,
      ...(await readEnds(pool, outage)),
      spooled,
      ...looks,
      drainMs,
      pictures: objects.reduce((sum, { rows }) => sum + rows, 0),
      objects: objects.length,
      notInBucket,
      stillOnDisk: objects.reduce((sum, { onDisk }) => sum + onDisk, 0),
      copiesLeft,
      orphansLeft: left.length - copiesLeft,
      refusals: clients.refusals,
      broken,
    };
  } finally {
    for (const stop of cleanUp.reverse()) await stop().catch((error: unknown) => say(`cleaning up: ${String(error)}`));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function count(pool: pg.Pool, what: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`select count(*)::int as n from ${what}`);
  return rows[0]?.n ?? 0;
}

/** False: it was not so within that time. */
async function until(withinMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) return false;
    await sleep(200);
  }
  return true;
}
