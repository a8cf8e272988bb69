import type { Database } from "@/db/client";
import type { Config } from "@/server/config";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { checkFile, type FileCheck } from "@/server/history/import/check-file";
import { importFile } from "@/server/history/import/import-file";
import { listImports } from "@/server/history/import/list-imports";
import { undoImport } from "@/server/history/import/undo-import";
import { readPrices } from "@/server/prices/price-book";
import { seedPrices } from "@/server/prices/seed-prices";
import { EXIT } from "./exit-codes";
import { bytes, instant, pairs, table } from "./format";
import type { ImportOptions } from "./import";
import { type ImportOrder, readImportOrder } from "./import-order";
import { onInterrupt } from "./interrupt";
import { type Rollout, withRollout } from "./open-rollout";
import type { Tools } from "./tools";

/** Rows between two looks at the clock: a progress line costs more than a row. */
const TICK_ROWS = 1_000;
const TICK_MS = 200;

export async function runImport(tools: Tools, file: string | undefined, options: ImportOptions): Promise<number> {
  const { terminal } = tools;
  const say = (line: string) => terminal.say(line);
  if (options.list) return withRollout(options.environment, say, ({ deps }) => list(tools, deps.db, options));
  if (options.undo !== undefined) {
    const id = options.undo;
    return withRollout(options.environment, say, (rollout) => undo(tools, rollout, id, options));
  }
  const order = readImportOrder(tools.env, file, options);
  const stopping = new AbortController();
  const release = onInterrupt(
    () => stopping.abort(),
    () => process.exit(130),
  );
  try {
    const nowMs = Date.now();
    const watch = createWatch(tools);
    const check = await checkFile(order.source, nowMs, {
      signal: stopping.signal,
      onRow: ({ rows, sizeBytes }) =>
        watch(rows, () => `checking: ${rows} rows, ${percentOf(sizeBytes, order.sizeBytes)}`),
    });
    terminal.status(null);
    if (options.dryRun || (check.badRows > 0 && !options.skipBad)) return report(tools, order, check, options);
    for (const line of problemLines(check)) say(line);
    return await withRollout(options.environment, say, (rollout) =>
      load(tools, rollout, { order, check, options, nowMs, signal: stopping.signal }),
    );
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    say("stopped; what is stored stays, and the same command goes on from there (--undo takes it out)");
    return EXIT.failed;
  } finally {
    terminal.status(null);
    release();
  }
}

interface Load {
  order: ImportOrder;
  check: FileCheck;
  options: ImportOptions;
  nowMs: number;
  signal: AbortSignal;
}

async function load({ terminal }: Tools, rollout: Rollout, given: Load): Promise<number> {
  const { order, check, options, nowMs, signal } = given;
  const { deps, environment, operator } = rollout;
  await seedPrices(deps.db);
  const priceRows = await readPrices(deps.db);
  const config = { ...deps.config, providerSettings: settingsOf(deps.config) };
  const history = { db: deps.db, prices: { config, provider: deps.provider, prices: { rows: () => priceRows } } };
  const input = { environment, check, ...order, skipsBad: options.skipBad ?? false };
  terminal.say(`${order.fileName}: ${check.rows} rows checked, storing in ${environment}`);
  const result = await importFile(history, operator, input, {
    nowMs,
    signal,
    onProgress: ({ rows, totalRows }) =>
      terminal.status(`storing: ${rows} of ${totalRows} rows, ${percentOf(rows, totalRows)}`),
  });
  terminal.status(null);
  if (options.json) {
    const { mapping: _, ...checked } = check;
    terminal.data(JSON.stringify({ environment, file: order.fileName, ...result, ...checked }, null, 2));
    return EXIT.ok;
  }
  if (result.alreadyDone) {
    terminal.data(`${environment}: ${order.fileName} was imported before (${result.id}); nothing to do`);
    return EXIT.ok;
  }
  const known = check.rows - check.badRows - result.stored;
  terminal.data(
    `${environment}: stored ${result.stored} of ${check.rows} rows of ${order.fileName}${known > 0 ? `; ${known} stood here before` : ""}`,
  );
  for (const line of countLines(check)) terminal.data(line);
  terminal.data(`import ${result.id}`);
  return EXIT.ok;
}

/** A sandbox that does not run just now has no settings of its own; the control's models are then the installation's. */
function settingsOf({ sandbox, providerSettings }: Config): Config["providerSettings"] {
  return (environment) =>
    providerSettings(environment === SANDBOX_ENVIRONMENT && sandbox === null ? "production" : environment);
}

function report({ terminal }: Tools, order: ImportOrder, check: FileCheck, options: ImportOptions): number {
  const code = check.badRows > 0 && !options.skipBad ? EXIT.check : EXIT.ok;
  if (options.json) {
    terminal.data(JSON.stringify({ file: order.fileName, dryRun: true, stored: 0, ...check }, null, 2));
    return code;
  }
  const bad = check.badRows === 0 ? "all fit" : `${check.badRows} break a rule`;
  terminal.data(`${order.fileName}: ${check.rows} rows, ${bytes(check.sizeBytes)}, ${bad}; nothing was stored`);
  for (const line of [...countLines(check), ...problemLines(check)]) terminal.data(line);
  if (code !== EXIT.ok && !options.dryRun)
    terminal.say("mend the file or the mapping, or leave those rows out with --skip-bad");
  return code;
}

function countLines(check: FileCheck): string[] {
  const unknown = [
    check.unknownLatency > 0 ? `${check.unknownLatency} without a latency` : "",
    check.unknownImages > 0 ? `${check.unknownImages} without a number of pictures` : "",
  ].filter(Boolean);
  return pairs(
    [
      ...Object.entries(check.counts)
        .sort()
        .map(([name, n]): [string, string] => [name, String(n)]),
      ["pictures", `${check.images}${unknown.length > 0 ? ` (${unknown.join(", ")})` : ""}`],
      ["from", instant(check.firstAtMs)],
      ["to", instant(check.lastAtMs)],
    ],
    "  ",
  );
}

function problemLines({ badRows, problems }: FileCheck): string[] {
  const lines = problems.map(
    ({ line, field, column, rule }) =>
      `line ${line}: ${column === null || column === field ? field : `${column} (${field})`} ${rule}`,
  );
  return badRows > problems.length ? [...lines, `these are the first of ${badRows} rows that break a rule`] : lines;
}

async function list({ terminal }: Tools, db: Database, options: ImportOptions): Promise<number> {
  const all = await listImports(db);
  if (options.json) terminal.data(JSON.stringify(all, null, 2));
  else if (all.length === 0) terminal.say("nothing was imported");
  else
    for (const line of table(
      ["ID", "ENVIRONMENT", "FILE", "MAPPING", "STATE", "ROWS", "STORED", "BY", "WHEN"],
      all.map((one) => [
        one.id,
        one.environment,
        one.fileName,
        one.mappingName,
        one.rowCount < 0 ? "being undone" : one.state === "done" ? "done" : "not complete",
        one.state === "done" ? String(one.totalRows) : `${Math.max(0, one.rowCount)} of ${one.totalRows}`,
        String(one.storedCount),
        one.createdBy,
        instant(one.createdAtMs),
      ]),
    ))
      terminal.data(line);
  return EXIT.ok;
}

async function undo({ terminal }: Tools, { deps, operator }: Rollout, id: string, options: ImportOptions) {
  const { rows } = await undoImport(deps.db, operator, id, {
    nowMs: Date.now(),
    onProgress: (n) => terminal.status(`removing: ${n} rows`),
  });
  terminal.status(null);
  terminal.data(options.json ? JSON.stringify({ id, removed: rows }) : `removed ${rows} rows of import ${id}`);
  return EXIT.ok;
}

function createWatch({ terminal }: Tools): (rows: number, line: () => string) => void {
  let atMs = 0;
  return (rows, line) => {
    if (!terminal.isWatched || rows % TICK_ROWS !== 0) return;
    const nowMs = performance.now();
    if (nowMs - atMs < TICK_MS) return;
    atMs = nowMs;
    terminal.status(line());
  };
}

function percentOf(part: number, whole: number): string {
  return whole === 0 ? "100 %" : `${Math.floor((100 * part) / whole)} %`;
}
