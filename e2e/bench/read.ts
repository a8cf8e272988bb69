import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { startDatabase } from "../chaos/processes/database";
import { fill } from "./page/fill";
import { runProgram } from "./support/run-program";

const HELP = `Usage: npm run bench:read -- [--rows 1000000] [--folder DIR] [--json]

Loads N generations with their attempts (a year of them) into an embedded PostgreSQL, builds the roll-ups, and times every
question of the Overview, and the counts and the chart of Generations, for 1 h, 24 h, 7 d, 90 d and 1 y: against the same answer computed from the rows with
percentile_cont and count (with a covering index), and against its own time at 100,000 rows. 10 million rows take about
20 GB of disk in the temporary folder while it runs. With --folder the database stays there, and the next run with the same
folder and number only asks.
`;

const REBUILD = fileURLToPath(new URL("../../server/metrics/testing/rebuild-all.ts", import.meta.url));
const TIME_READS = fileURLToPath(new URL("../../server/metrics/testing/time-reads.ts", import.meta.url));
const SMALL_ROWS = 100_000;
const DAYS = 365;
const [LARGE, SMALL] = ["large", "small"];
/** Ours as a part of the rows' time, at ten million. */
const PART_MAX: Record<string, number> = { "24 h": 1 / 5, "7 d": 1 / 50, "90 d": 1 / 1_000 };
const GROWTH_MAX = 1.3;

interface Timing {
  window: string;
  query: string;
  oursMs: number;
  /** At 100,000 rows. */
  smallMs: number;
  /** From the rows; null where it is not of them. */
  rowsMs: number | null;
}

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    folder: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const say = (line: string) => process.stderr.write(`${line}\n`);

async function load(pool: pg.Pool, environment: string, rows: number): Promise<void> {
  await pool.query("insert into environments (name, current_revision) values ($1, 1)", [environment]);
  await pool.query(
    `insert into rollout_revisions (id, environment, number, candidate_share_bp, phase, salt, source, actor)
      values (gen_random_uuid(), $1, 1, 5000, 'gradual', 'salt', 'cli', 'bench')`,
    [environment],
  );
  await fill(pool, { environment, rows, days: DAYS });
}

interface Filled {
  rows: number;
  nowMs: number;
  rollUpSeconds: number;
}

const seconds = async (what: string, work: () => Promise<void>) => {
  const since = performance.now();
  await work();
  const took = (performance.now() - since) / 1000;
  say(`${what}: ${took.toFixed(1)} s`);
  return took;
};

const envOf = (url: string, nowMs: number) => ({ DATABASE_URL: url, LARGE, SMALL, NOW_MS: `${nowMs}` });

/** Each step is noted, so that one that fails is tried again without those before it. */
async function fillDatabase(pool: pg.Pool, url: string, rows: number, note: Note): Promise<Filled> {
  const filled: Filled = note.read() ?? { rows, nowMs: 0, rollUpSeconds: 0 };
  if (filled.nowMs === 0) {
    await seconds(`loading ${SMALL_ROWS} and ${rows} generations`, () =>
      withoutIndexes(pool, async () => {
        await load(pool, SMALL, SMALL_ROWS);
        await load(pool, LARGE, rows);
      }),
    );
    filled.nowMs = Date.now();
    note.write(filled);
  }
  if (filled.rollUpSeconds > 0) return filled;
  const rollUpSeconds = await seconds("building the roll-ups", () => runProgram(REBUILD, envOf(url, filled.nowMs)));
  await seconds("the best index for the rows, and vacuum", async () => {
    await pool.query(`create index bench_idx on generations (environment, created_at)
      include (source, state, provider, cold_class, latency_ms, cost_micros, baseline_micros, image_count)`);
    await pool.query("vacuum analyze generations");
    await pool.query("vacuum analyze rollups");
  });
  note.write({ ...filled, rollUpSeconds });
  return { ...filled, rollUpSeconds };
}

interface Note {
  read(): Filled | null;
  write(filled: Filled): void;
}

function noteIn(folder: string): Note {
  const file = join(folder, "filled.json");
  return {
    read: () => (existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Filled) : null),
    write: (filled) => writeFileSync(file, JSON.stringify(filled)),
  };
}

/** Fills the tables of generations and attempts without their indexes and checks, which are made afterwards. */
async function withoutIndexes(pool: pg.Pool, work: () => Promise<void>): Promise<void> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
      where indrelid in ('generations'::regclass, 'attempts'::regclass) and not indisprimary`,
  );
  for (const { name } of rows) await pool.query(`drop index ${name}`);
  await pool.query("set session_replication_role = replica");
  await work();
  await pool.query("set session_replication_role = origin");
  await pool.query("set maintenance_work_mem = '512MB'");
  for (const { definition } of rows) await pool.query(definition);
}

async function bench(rows: number) {
  const kept = values.folder === undefined ? null : resolve(values.folder);
  const folder = kept ?? mkdtempSync(join(tmpdir(), "switchyard-read-"));
  mkdirSync(join(folder, "logs"), { recursive: true });
  chmodSync(folder, 0o711);
  const database = await startDatabase(join(folder, "database"), join(folder, "logs", "database.log"));
  // The harness's own pool gives up after half a minute.
  const pool = new pg.Pool({ connectionString: database.url, max: 1, options: "-c synchronous_commit=off" });
  try {
    const note = noteIn(folder);
    const before = note.read();
    if (before && before.rows !== rows) throw new Error(`${folder} holds ${before.rows} generations, not ${rows}`);
    const filled = await fillDatabase(pool, database.url, rows, note);
    const timings: Timing[] = [];
    await runProgram(TIME_READS, envOf(database.url, filled.nowMs), (line) => {
      const timing = JSON.parse(line) as Timing;
      timings.push(timing);
      if (!values.json) console.log(lineOf(timing));
    });
    return { rows, generationsPerSecond: (rows + SMALL_ROWS) / filled.rollUpSeconds, timings };
  } finally {
    await pool.end();
    await database.stop();
    if (kept === null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function lineOf({ window, query, oursMs, smallMs, rowsMs }: Timing): string {
  const ms = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ms`.padStart(11);
  const growth = oursMs / smallMs;
  const verdicts = [
    ...(growth > GROWTH_MAX ? [`MISSED: above ${GROWTH_MAX} × its time at ${SMALL_ROWS}`] : []),
    ...(rowsMs !== null && window in PART_MAX && oursMs / rowsMs > (PART_MAX[window] ?? 1)
      ? [`MISSED: above 1/${Math.round(1 / (PART_MAX[window] ?? 1))} of the rows`]
      : []),
  ];
  const against =
    rowsMs === null ? " ".repeat(24) : `${ms(rowsMs)} ${`1/${(rowsMs / oursMs).toFixed(1)}`.padStart(12)}`;
  return `${window.padEnd(8)} ${query.padEnd(8)} ${ms(oursMs)} ${`${growth.toFixed(2)} ×`.padStart(8)} ${against} ${verdicts.join("; ")}`.trimEnd();
}

async function main(): Promise<void> {
  const rows = Number(values.rows);
  if (!Number.isInteger(rows) || rows < SMALL_ROWS)
    throw new Error(`--rows must be a whole number from ${SMALL_ROWS}, not "${values.rows}"`);
  if (!values.json)
    console.log(
      `${"window".padEnd(8)} ${"question".padEnd(8)} ${"ours".padStart(11)} ${"growth".padStart(8)} ${"the rows".padStart(11)} ${"ours/rows".padStart(12)}`,
    );
  const report = await bench(rows);
  if (values.json) console.log(JSON.stringify(report));
  else
    console.log(`\nroll-ups built at ${Math.round(report.generationsPerSecond)} generations/s, each with an attempt`);
}

if (values.help) console.log(HELP);
else
  main().catch((error: unknown) => {
    console.error(`bench:read: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  });
