import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { projectRoot } from "@/db/project-root";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { parseConfig } from "@/server/config";
import { GENTD26 } from "@/server/domain/history/gentd26";
import { latencyOf, toPoint } from "@/server/domain/metrics/point";
import { quantile } from "@/server/domain/sketch/sketch";
import type { Operation } from "@/server/domain/vocabulary";
import type { HistoryDeps } from "@/server/history/report-history";
import { readMetrics } from "@/server/metrics/read-metrics";
import { verifyRollups } from "@/server/metrics/verify-rollups";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import type { Operator } from "@/server/rollout/types";
import { checkFile } from "./check-file";
import { importFile } from "./import-file";
import { listImports } from "./list-imports";
import type { ImportSource } from "./read-rows";
import { undoImport } from "./undo-import";

const NOW = Date.UTC(2026, 10, 25, 12);
const DAY = Date.UTC(2024, 10, 16);
const environment = "production";
const operator: Operator = { principal: localPrincipal("test"), via: "cli", requestId: null };

let folder: string;
let database: TestDatabase;
let connection: Connection;
let deps: HistoryDeps;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-import-"));
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, environment, { shareBp: 0, at: new Date(NOW) });
  deps = {
    db: connection.db,
    prices: { config: parseConfig({}), provider: () => null, prices: { rows: () => [] } },
  };
});
beforeEach(async () => {
  await connection.db.execute(
    sql`truncate generations, attempts, generation_requests, images, cost_lines, rollups, rollup_outbox, imports restart identity`,
  );
});
afterAll(async () => {
  await connection.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const HEADER =
  "gmt_create,predict_type,predict_status,exec_time_seconds,groupId,prompt_length,num_images_per_prompt,num_inference_steps,checkpoint_model_version_id";
/** Where the data of this work lies beside the project; only there is the whole trace tried. */
const TRACE = join(projectRoot(), "../shared/data/gentd26-requests-november.csv");
const TYPES = ["TXT_2_IMG", "TXT_2_IMG", "IMG_2_IMG", "INPAINTING"];
/** Rows shaped as the trace is: several pictures a request, empty cells, requests that were cut off. */
function traceLines(count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const when = new Date(DAY + at * 7_000).toISOString().slice(0, 19).replace("T", " ");
    const status = at % 50 === 0 ? (at % 100 === 0 ? "PENDING" : "PROCESSING") : at % 31 === 0 ? "FAILED" : "SUCCEED";
    const seconds = (5 + ((at * 7919) % 400) / 3).toFixed(1);
    const images = at % 17 === 0 ? "" : `${1 + (at % 4)}.0`;
    return `${when},${TYPES[at % 4]},${status},${seconds},G${at % 90},63.0,${images},30.0,M${at % 7}`;
  });
}

function file(name: string, text: string | Buffer): ImportSource {
  const path = join(folder, name);
  writeFileSync(path, text);
  return { path, format: name.endsWith(".ndjson") ? "ndjson" : "csv", mapping: null, provider: null };
}
const trace = (name: string, lines: string[]) => ({
  ...file(name, `${[HEADER, ...lines].join("\n")}\n`),
  mapping: GENTD26,
});

interface Run {
  skipsBad?: boolean;
  onProgress?: () => void;
  signal?: AbortSignal;
}
async function run(source: ImportSource, { skipsBad = false, ...options }: Run = {}) {
  const check = await checkFile(source, NOW);
  const input = { environment, source, fileName: "trace.csv", mappingName: "gentd26", check, skipsBad };
  return importFile(deps, operator, input, { nowMs: NOW, ...options });
}
const stored = async () =>
  (await connection.db.execute<{ n: number }>(sql`select count(*)::int as n from generations`)).rows[0]?.n;
const totalsOf = async (operations?: Operation[]) => {
  const window = {
    environment,
    fromMs: DAY - 86_400_000,
    toMs: DAY + 30 * 86_400_000,
    populations: ["imports"] as const,
    operations,
  };
  return (await readMetrics(connection.db, window, NOW)).totals();
};

/** Read from the file's text by other means than the import's. */
function exactOf(lines: string[], types: string[]) {
  const cells = lines.map((line) => line.split(",")).filter((row) => types.includes(row[1] ?? ""));
  const of = (...statuses: string[]) => cells.filter((row) => statuses.includes(row[2] ?? ""));
  const times = of("SUCCEED")
    .map((row) => Math.round(Number(row[3]) * 1_000))
    .sort((left, right) => left - right);
  const at = (q: number) => {
    const rank = q * (times.length - 1);
    const [low, high] = [times[Math.floor(rank)] ?? 0, times[Math.ceil(rank)] ?? 0];
    return low + (rank - Math.floor(rank)) * (high - low);
  };
  return {
    generations: cells.length,
    succeeded: times.length,
    failed: of("FAILED").length,
    censored: of("PENDING", "PROCESSING").length,
    images: of("SUCCEED").reduce((sum, row) => sum + Number(row[6]), 0),
    at,
  };
}

async function expectCounts(lines: string[]): Promise<void> {
  for (const [operation, types] of [
    ["txt2img", ["TXT_2_IMG"]],
    ["img2img", ["IMG_2_IMG", "INPAINTING"]],
  ] as [Operation, string[]][]) {
    const { at, ...exact } = exactOf(lines, types);
    const { scenario } = await totalsOf([operation]);
    expect(scenario.counters).toMatchObject(exact);
    const sketch = latencyOf(scenario);
    expect(sketch.n).toBe(exact.succeeded);
    for (const q of [0.5, 0.95, 0.99])
      expect(Math.abs((quantile(sketch, q) ?? 0) / at(q) - 1)).toBeLessThanOrEqual(0.01);
  }
}

describe("an import", () => {
  it("counts as the file does, an operation at a time, with percentiles within 1 %", async () => {
    const lines = traceLines(3_000);
    expect(await run(trace("whole.csv", lines))).toMatchObject({ rows: 3_000, stored: 3_000, alreadyDone: false });
    await expectCounts(lines);
    const { successRate } = toPoint((await totalsOf()).scenario);
    const all = exactOf(lines, TYPES);
    expect(successRate).toBeCloseTo(all.succeeded / (all.succeeded + all.failed), 10);
    expect(await verifyRollups(connection.db, { environment, nowMs: NOW })).toMatchObject({ differences: 0 });
    const callers = await readMetrics(
      connection.db,
      { environment, fromMs: DAY, toMs: NOW, populations: ["callers"] },
      NOW,
    );
    expect(callers.totals().scenario.counters.generations).toBe(0);
    const unknown = lines.filter((line) => /SUCCEED/.test(line) && line.split(",")[6] === "").length;
    const { rows } = await connection.db.execute(
      sql`select count(*) filter (where image_count is null)::int as unknown, count(*) filter (where source = 'import')::int as marked from generations`,
    );
    expect(rows).toEqual([{ unknown, marked: 3_000 }]);
  });

  it.runIf(existsSync(TRACE))("of the public trace gives the file's own counts and percentiles", async () => {
    const lines = readFileSync(TRACE, "utf8").trimEnd().split("\n").slice(1);
    const columns = (line: string) => line.split(",").filter((_, at) => at !== 6); // without the negative prompt's length
    const same = lines.map((line) => columns(line).join(","));
    await run({ path: TRACE, format: "csv", mapping: GENTD26, provider: null });
    await expectCounts(same);
  });

  it("goes on where it was interrupted, and of the same file again does nothing", async () => {
    const source = trace("again.csv", traceLines(5_000));
    const stopping = new AbortController();
    await expect(run(source, { signal: stopping.signal, onProgress: () => stopping.abort() })).rejects.toThrow();
    expect(await stored()).toBe(2_000);
    expect(await run(source)).toMatchObject({ stored: 5_000, resumedAfter: 2_000 });
    expect(await run(source)).toMatchObject({ alreadyDone: true });
    expect(await stored()).toBe(5_000);
    expect((await totalsOf()).scenario.counters.generations).toBe(5_000);
    expect(await listImports(connection.db)).toMatchObject([
      { state: "done", totalRows: 5_000, storedCount: 5_000, createdBy: "test", firstAtMs: DAY },
    ]);
    const { rows } = await connection.db.execute(
      sql`select action from audit_entries where action like 'import.%' order by seq desc limit 2`,
    );
    expect(rows.map(({ action }) => action)).toEqual(["import.finished", "import.begun"]);
  });

  it("of two processes stores each row once", async () => {
    const source = trace("both.csv", traceLines(4_500));
    const both = await Promise.allSettled([run(source), run(source)]);
    expect(both.some(({ status }) => status === "fulfilled")).toBe(true);
    await run(source);
    expect(await stored()).toBe(4_500);
    expect((await totalsOf()).scenario.counters.generations).toBe(4_500);
  });

  it("stores nothing of a file with a bad row, or leaves that one out when told to", async () => {
    const lines = traceLines(40);
    lines[20] = (lines[20] ?? "").replace(/SUCCEED/, "EXPLODED");
    const source = trace("bad.csv", lines);
    expect((await checkFile(source, NOW)).problems).toEqual([
      {
        line: 22,
        field: "state",
        column: "predict_status",
        rule: "must be one of succeeded, failed, cancelled, censored",
      },
    ]);
    await expect(run(source)).rejects.toThrow("1 of 40 rows break a rule: nothing was imported");
    expect([await stored(), await listImports(connection.db)]).toEqual([0, []]);
    expect(await run(source, { skipsBad: true })).toMatchObject({ stored: 39 });
  });

  it("names a row over several lines by its first", async () => {
    const row = (state: string, prompt: string) => `comfyui,txt2img,${state},2026-01-01T00:00:00Z,"${prompt}"`;
    for (const [index, newline] of ["\n", "\r\n"].entries()) {
      const lines = [
        "provider,operation,state,createdAt,prompt",
        row("succeeded", `two${newline}lines`),
        "",
        row("melted", `three${newline}whole${newline}lines`),
        row("melted", "one"),
      ];
      const { problems } = await checkFile(file(`lines${index}.csv`, `${lines.join(newline)}${newline}`), NOW);
      expect(problems.map(({ line }) => line)).toEqual([5, 8]);
      const open = `${lines.slice(0, 2).join(newline)}${newline}comfyui,"never closed${newline}${"x,".repeat(9)}${newline}`;
      await expect(checkFile(file(`open${index}.csv`, open), NOW)).rejects.toThrow(/^line 4: a quote is opened/);
      const short = `${lines.slice(0, 2).join(newline)}${newline}comfyui,"a${newline}b"${newline}`;
      await expect(checkFile(file(`short${index}.csv`, short), NOW)).rejects.toThrow(/^line 4: has 2 cells/);
    }
  });

  it("knows a row with an id again in another file", async () => {
    const row = (id: string) =>
      JSON.stringify({
        id,
        provider: "runpod",
        operation: "txt2img",
        state: "succeeded",
        createdAt: DAY,
        latencyMs: 4_000,
        costMicros: 2_500,
        ignored: true,
      });
    expect(await run(file("one.ndjson", `${row("a")}\n\n${row("b")}\n${row("a")}`))).toMatchObject({ stored: 2 });
    expect(await run(file("two.ndjson", `${row("b")}\n${row("c")}\n`))).toMatchObject({ rows: 2, stored: 1 });
    expect((await totalsOf()).comfyui.counters).toMatchObject({ generations: 3, images: 0, costMicros: 7_500 });
  });

  it("is taken out again without a trace in the figures, and leaves the other rows", async () => {
    const row = { id: "x", provider: "comfyui", operation: "txt2img", state: "failed", createdAt: DAY + 5_000 };
    await run(file("stays.ndjson", JSON.stringify(row)));
    const before = await totalsOf();
    const source = trace("undone.csv", traceLines(300));
    const { id } = await run(source);
    await expect(run({ ...source, provider: "comfyui" })).rejects.toThrow(`--undo ${id}`);
    expect(await undoImport(connection.db, operator, id, { nowMs: NOW })).toEqual({ rows: 300 });
    expect(await totalsOf()).toEqual(before);
    expect(await stored()).toBe(1);
    expect(await verifyRollups(connection.db, { environment, nowMs: NOW })).toMatchObject({ differences: 0 });
    expect(await run({ ...source, provider: "comfyui" })).toMatchObject({ stored: 300 });
    await expect(undoImport(connection.db, operator, "nothing", { nowMs: NOW })).rejects.toThrow("--list");
  });
});

describe("a file that is unfit as a whole", () => {
  const good = traceLines(3);
  const bytes = (...parts: (string | number[])[]) =>
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
  it.each<[string, string | Buffer, RegExp]>([
    ["a picture", bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), /^line 1: is not UTF-8/],
    ["compressed", bytes([0x1f, 0x8b, 8, 0]), /^line 1: the file is compressed/],
    ["a workbook", "PK\u0003\u0004", /^line 1: .*workbook/],
    ["UTF-16", Buffer.from(`\uFEFF${HEADER}`, "utf16le"), /^line 1: the file is UTF-16/],
    ["Latin-1", bytes(`${HEADER}\n${good[0]}\n`, [0x4d, 0xfc, 0x6c], "\n"), /^line 3: is not UTF-8/],
    ["cut within a character", bytes(`${HEADER}\n${good[0]}`, [0xe2, 0x82]), /^line 2: is not UTF-8/],
    ["with NUL bytes", bytes(`${HEADER}\n`, [0], "\n"), /^line 2: there is a NUL byte/],
    ["empty", "", /^line 1: the file is empty/],
    ["a page of text", "<html>\n<p>hello, world</p>\n", /^line 1: lacks the columns gmt_create, .*it has: <html>/],
    ["without a column", `${HEADER.replace("predict_status,", "")}\n`, /^line 1: lacks the column predict_status/],
    ["with a column twice", `${HEADER},groupId\n`, /^line 1: has the column groupId twice/],
    ["with a short row", `${HEADER}\n${good[0]}\n2024-11-16 00:00:00,TXT_2_IMG\n`, /^line 3: has 2 cells/],
    ["with an open quote", `${HEADER}\n"${good[0]}\n${good[1]}\n`, /^line \d: a quote is opened and never closed/],
    ["with a quote that swallows the rest", `${HEADER}\n"${"x\n".repeat(700_000)}`, /longer than 1 MiB/],
  ])("is refused with its line: %s", async (name, text, rule) => {
    const source = { ...file(`${name.replaceAll(" ", "-")}.csv`, text), mapping: GENTD26 };
    await expect(checkFile(source, NOW)).rejects.toThrow(rule);
  });

  it.each([
    ["{}\nnot json\n", /^line 2: is no JSON/],
    ["[1]\n", /^line 1: must be a JSON object/],
    ["x".repeat(1_100_000), /^line 1: is longer than 1 MiB/],
  ])("is refused as NDJSON: %#", async (text, rule) => {
    const source = file("bad.ndjson", text);
    await expect(checkFile(source, NOW)).rejects.toThrow(rule);
  });

  it("is refused when nothing says whose rows these are", async () => {
    const source = file("whose.csv", "operation,state,createdAt\ntxt2img,succeeded,2026-01-01T00:00:00Z\n");
    await expect(checkFile(source, NOW)).rejects.toThrow(/nothing gives provider.*--provider/);
    expect(await checkFile({ ...source, provider: "comfyui" }, NOW)).toMatchObject({ rows: 1, badRows: 0 });
  });
});
