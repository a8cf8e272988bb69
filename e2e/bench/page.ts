import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { request } from "playwright/test";
import { startDatabase } from "../chaos/processes/database";
import { ROOT } from "../chaos/processes/program";
import { startSwitchyard } from "../support/switchyard";
import { fill } from "./page/fill";
import { measureArrival, measureLoad, type PageFigures, withBrowser } from "./page/measure-page";

const HELP = `Usage: npm run bench:page -- [--rows 1000000] [--loads 5] [--json]

Opens Overview on N generations of the last 30 days: size of its scripts, largest paint, layout shift, longest task, and
the time from a generation's end to its count on an open page. Medians of the loads, after one that is not counted.
`;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    loads: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const ENVIRONMENT = "sandbox";
const DAYS = 30;
const ARRIVALS = 5;
const KIB = 1024;

const say = (line: string) => process.stderr.write(`${line}\n`);
const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

async function run(rows: number, loads: number) {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-page-"));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, "logs"));
  const cleanUp: (() => Promise<unknown>)[] = [];
  try {
    const database = await startDatabase(join(folder, "database"), join(folder, "logs", "database.log"));
    cleanUp.push(() => database.stop());
    const env = { DATABASE_URL: database.url, SWITCHYARD_SANDBOX_OPTIONS: "--clock 20 --seed 7 --image-mode tiny" };
    const switchyard = await startSwitchyard({ env });
    cleanUp.push(() => switchyard.stop());
    say(`filling ${rows} generations`);
    await fill(database.pool, { environment: ENVIRONMENT, rows, days: DAYS });
    say("building the roll-ups");
    const cli = [join(ROOT, ".build", "cli.js"), "rollup", "rebuild", "--environment", ENVIRONMENT];
    await promisify(execFile)(process.execPath, cli, {
      cwd: ROOT,
      env: { ...process.env, ...env, SWITCHYARD_DATA_DIR: switchyard.dataDir },
      maxBuffer: 2 ** 26,
    });

    const api = await request.newContext({
      baseURL: switchyard.url,
      extraHTTPHeaders: { origin: switchyard.url },
    });
    const token = new URL(switchyard.setupUrl ?? "http://none/").searchParams.get("token");
    const person = { name: "Bench", email: "bench@example.com", password: "correct horse battery" };
    const made = await api.post("/api/auth/setup", { data: { token, ...person } });
    if (!made.ok()) throw new Error(`the administrator could not be made: ${await made.text()}`);
    const url = `${switchyard.url}/?range=30d`;
    return await withBrowser(await api.storageState(), async (context) => {
      await measureLoad(context, url);
      const figures: PageFigures[] = [];
      for (let load = 0; load < loads; load++) figures.push(await measureLoad(context, url));
      const arrivals: number[] = [];
      for (let index = 0; index < ARRIVALS; index++)
        arrivals.push(
          await measureArrival(context, url, async () => {
            const answer = await api.post("/api/trpc/generations.submit", {
              data: { environment: ENVIRONMENT, operation: "txt2img", prompt: `bench ${index}`, provider: "scenario" },
            });
            const { id } = (await answer.json()).result.data;
            for (;;) {
              const input = encodeURIComponent(JSON.stringify({ id }));
              const { data } = (await (await api.get(`/api/trpc/generations.get?input=${input}`)).json()).result;
              if (data.finishedAtMs !== null) return data.finishedAtMs as number;
              await new Promise((done) => setTimeout(done, 50));
            }
          }),
        );
      await api.dispose();
      const of = (pick: (one: PageFigures) => number) => median(figures.map(pick));
      return {
        rows,
        loads,
        firstScriptKib: of((one) => one.firstScriptBytes) / KIB,
        laterScriptKib: of((one) => one.laterScriptBytes) / KIB,
        largestPaintMs: of((one) => one.largestPaintMs),
        chartsMs: of((one) => one.chartsMs),
        layoutShift: Math.max(...figures.map((one) => one.layoutShift)),
        longestTaskMs: of((one) => one.longestTaskMs),
        arrivalMs: median(arrivals),
        arrivalMaxMs: Math.max(...arrivals),
      };
    });
  } finally {
    for (const stop of cleanUp.reverse()) await stop().catch((error: unknown) => say(`cleaning up: ${String(error)}`));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (values.help) process.stdout.write(HELP);
else {
  const [rows, loads] = [Number(values.rows), Number(values.loads)];
  if (!(rows >= 1_000 && rows <= 100_000_000) || !(loads >= 1 && loads <= 100))
    throw new Error("--rows must be from 1000 to 100000000, --loads from 1 to 100");
  const figures = await run(rows, loads);
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else {
    const line = (name: string, value: string, aim: string) =>
      process.stdout.write(`${name.padEnd(44)}${value.padStart(12)}   ${aim}\n`);
    line("scripts before the first paint, gzip", `${figures.firstScriptKib.toFixed(0)} KiB`, "(aim: at most 260 KiB)");
    line("scripts after it (charts), gzip", `${figures.laterScriptKib.toFixed(0)} KiB`, "");
    line("largest paint", `${figures.largestPaintMs.toFixed(0)} ms`, "(aim: below 1 s)");
    line("charts drawn", `${figures.chartsMs.toFixed(0)} ms`, "");
    line("layout shift", figures.layoutShift.toFixed(4), "(aim: below 0.05)");
    line("longest task", `${figures.longestTaskMs.toFixed(0)} ms`, "");
    line(
      "end of a generation to its count on the page",
      `${figures.arrivalMs} ms`,
      `(aim: below 2 s; most ${figures.arrivalMaxMs} ms)`,
    );
  }
}
