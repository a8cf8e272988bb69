import { execFile } from "node:child_process";
import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs, promisify } from "node:util";
import pg from "pg";
import { ensureBundles } from "../chaos/processes/build";
import { startDatabase } from "../chaos/processes/database";
import { ROOT } from "../chaos/processes/program";

const HELP = `Usage: npm run bench:import -- [--rows 200000] [--json]

Imports a CSV file of N rows with the command, roll-ups included, and then copies the very same rows, as they stand in the
tables, into empty tables with the same indexes by PostgreSQL's COPY. Also the time of counting all of them anew.
`;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "200000" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const ENVIRONMENT = "sandbox";
const BEGIN_MS = Date.UTC(2026, 0, 1);
const EVERY_MS = 20_000;
const TABLES = ["generations", "generation_requests", "attempts", "cost_lines"];
const say = (line: string) => process.stderr.write(`${line}\n`);

interface Figures {
  rows: number;
  /** The file read and checked, then stored and rolled up: the whole command. */
  commandS: number;
  /** From the first row's storing until the last one is on the charts. */
  storingS: number;
  copyS: number;
  rebuildS: number;
}

function* csv(rows: number): Generator<string> {
  yield "id,createdAt,operation,state,latencyMs,delayMs,executionMs,coldClass,images,model,costMicros,stickyKey\n";
  for (let at = 0; at < rows; at += 1) {
    const isCold = at % 20 === 3;
    const isFailed = at % 50 === 7;
    const executionMs = 2_000 + ((at * 7_919) % 4_000);
    const delayMs = isCold ? 30_000 + ((at * 31) % 30_000) : 100 + (at % 300);
    const latencyMs = isFailed ? "" : delayMs + executionMs + 200;
    const end = isFailed ? "failed" : "succeeded";
    yield `job-${at},${BEGIN_MS + at * EVERY_MS},txt2img,${end},${latencyMs},${delayMs},${executionMs},${isCold ? "cold" : "warm"},${isFailed ? "" : 1},flux1-dev,${1_000 + (at % 3_000)},user-${at % 500}\n`;
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (performance.now() - startedAtMs) / 1_000;
}

async function run(rows: number): Promise<Figures> {
  await ensureBundles();
  const folder = mkdtempSync(join(tmpdir(), "switchyard-import-"));
  chmodSync(folder, 0o777); // the database's own account writes the copies here
  mkdirSync(join(folder, "logs"));
  const cleanUp: (() => Promise<unknown>)[] = [];
  try {
    const database = await startDatabase(join(folder, "database"), join(folder, "logs", "database.log"));
    cleanUp.push(() => database.stop());
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    cleanUp.push(() => client.end());
    const file = join(folder, "history.csv");
    await pipeline(Readable.from(csv(rows)), createWriteStream(file));
    const env = { ...process.env, DATABASE_URL: database.url, SWITCHYARD_DATA_DIR: join(folder, "data") };
    const cli = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(ROOT, ".build", "cli.js"), ...args, "--environment", ENVIRONMENT], {
        cwd: ROOT,
        env,
        maxBuffer: 2 ** 26,
      });
    say(`importing ${rows} rows`);
    const commandS = await secondsOf(() => cli("import", file, "--provider", "comfyui"));
    const storingS = await storingOf(client, rows);
    say("copying the same rows");
    const copyS = await copyAgain(client, folder);
    say("counting them anew");
    const rebuildS = await secondsOf(() => cli("rollup", "rebuild"));
    return { rows, commandS, storingS, copyS, rebuildS };
  } finally {
    for (const step of cleanUp.reverse()) await step();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function storingOf(client: pg.Client, rows: number): Promise<number> {
  const { rows: found } = await client.query<{ stored: number; seconds: number; waiting: number }>(
    `select stored_count as stored, extract(epoch from finished_at - created_at)::float8 as seconds,
      (select count(*)::int from rollup_outbox) as waiting from imports`,
  );
  const [record] = found;
  if (record?.stored !== rows || record.waiting !== 0)
    throw new Error(`the import is not whole: ${JSON.stringify(record ?? null)}`);
  return record.seconds;
}

/** Every column of every row, through files that PostgreSQL itself writes and reads, into tables with the same indexes. */
async function copyAgain(client: pg.Client, folder: string): Promise<number> {
  await client.query("create schema raw");
  for (const table of TABLES) {
    await client.query(`create table raw.${table} (like public.${table} including all)`);
    await client.query(`copy public.${table} to '${join(folder, table)}'`);
  }
  await client.query("checkpoint");
  return secondsOf(async () => {
    for (const table of TABLES) await client.query(`copy raw.${table} from '${join(folder, table)}'`);
  });
}

function format({ rows, commandS, storingS, copyS, rebuildS }: Figures): string {
  const rate = (seconds: number) => `${Math.round(rows / seconds)}/s`.padStart(9);
  return [
    `rows                                  ${String(rows).padStart(9)}`,
    `whole command, checking included      ${rate(commandS)}`,
    `storing and rolling up                ${rate(storingS)}`,
    `COPY of the same rows                 ${rate(copyS)}`,
    `counting all anew (rollup rebuild)    ${rate(rebuildS)}`,
    `stored at ${(copyS / storingS).toFixed(2)} of COPY's rows a second (aim 0.25); a million on the charts in ${Math.round((1e6 * commandS) / rows)} s (aim 120 s)`,
    "",
  ].join("\n");
}

if (values.help) process.stdout.write(HELP);
else {
  const rows = Number(values.rows);
  if (!(Number.isInteger(rows) && rows >= 1_000)) throw new Error("--rows takes a whole number from 1000 up");
  const figures = await run(rows);
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : format(figures));
}
