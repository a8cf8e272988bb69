import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { presentSetting, type WarmSetting } from "@/server/domain/keep-warm/settings";
import { type MeasuredRequest, type Trace, traceOf } from "@/server/domain/keep-warm/trace";
import { evaluatorOf, TARGET_DEFAULT, whatIfWarm } from "@/server/domain/keep-warm/what-if";
import { replayInSandbox } from "./keep-warm/replay-in-sandbox";
import { type Check, checkLines, compare, tableLines, together, worstOf } from "./keep-warm/report";

const HELP = `Usage: npm run eval:keep-warm -- [--data DIR] [--seed N] [--runs N] [--json]

The what-if on real arrivals: requests come at the times of the November trace, and the sandbox, in virtual time, says how
long they take and how long workers start at the present setting (RunPod's defaults, three workers). Prints what other
settings would change, and for some of them what the sandbox's own scheduler makes of the same requests. All of that several
times with other draws, since one week's p95 is a matter of luck where it lies between those who waited for a start and those
who did not: how far the two differ on average, with its 95 % interval, and how far the sandbox's own runs lie apart. Ends
with 3 when the two differ by more than a point of cold starts, 10 % of the p95 or 5 % of the bill, and chance does not
explain it.

  --data DIR  default ../shared/data: gentd26-requests-november.csv
  --seed N    of the first run, whose table is shown; default 1
  --runs N    2 to 12, each with the next seed; default 6
`;
const DAY_MS = 86_400_000;
const FILE = "gentd26-requests-november.csv";

/** The times of the trace are its own zone's and count as UTC. */
function readArrivals(path: string): number[] {
  const lines = readFileSync(path, "utf8").split(/\r?\n/).slice(1);
  return lines
    .map((line) => Date.parse(`${line.slice(0, 19).replace(" ", "T")}Z`))
    .filter((atMs) => Number.isFinite(atMs))
    .sort((one, other) => one - other);
}

const present: WarmSetting = presentSetting(
  {
    name: "november",
    image: null,
    gpuPools: ["ADA_24"],
    gpuCount: 1,
    workersMin: 0,
    workersMax: 3,
    idleTimeoutS: 5,
    scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
    executionTimeoutMs: null,
    flashboot: "OFF",
    dataCenterIds: [],
  },
  // The catalogue's price on the day of the contract: $1.10 an hour.
  { pool: "ADA_24", name: "RTX 4090", price: { micros: 1_100_000, per: 3_600 }, speedFactor: 1 },
);
const CHECKED: WarmSetting[] = [
  present,
  { ...present, idleTimeoutS: 60 },
  { ...present, idleTimeoutS: 300 },
  { ...present, workersMin: 1 },
  { ...present, workersMin: 1, idleTimeoutS: 60 },
  { ...present, workersMin: 2 },
];

interface Options {
  data: string;
  seed: number;
  runs: number;
  asJson: boolean;
}

async function main({ data, seed, runs, asJson }: Options): Promise<void> {
  const path = join(resolve(data), FILE);
  if (!existsSync(path)) {
    console.log(`There is no ${path}: nothing to evaluate.`);
    return;
  }
  const arrivals = readArrivals(path);
  const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)];
  const fromMs = Math.floor(first / DAY_MS) * DAY_MS;
  const span = { fromMs, toMs: Math.floor(last / DAY_MS) * DAY_MS + DAY_MS, zone: "UTC" };
  const bySeed: { trace: Trace; checks: Check[] }[] = [];
  for (let run = 0; run < runs; run++) bySeed.push(await runOnce(arrivals, span, seed + run));
  const [shown] = bySeed;
  if (shown === undefined) throw new Error("there was no run");
  const { trace } = shown;
  const input = { trace, span, present, otherGpus: [], target: TARGET_DEFAULT };
  const whatIf = await whatIfWarm(input, async () => undefined);
  const compared = CHECKED.map((_, index) => together(bySeed.flatMap(({ checks }) => checks[index] ?? [])));
  const worst = worstOf(compared);
  if (asJson) console.log(JSON.stringify({ whatIf, runs, compared, worst }));
  else {
    console.log(
      `${arrivals.length} requests of ${(trace.spanMs / DAY_MS).toFixed(0)} days in November, p95 wanted: ${TARGET_DEFAULT.p95Ms / 1_000} s\n`,
    );
    for (const line of [...tableLines(whatIf), "", ...checkLines(compared, runs), "", worst.words]) console.log(line);
  }
  if (!worst.isWithin) process.exitCode = 3;
}

/** Times are measured at the present setting with this seed's draws; then each setting is simulated, and run. */
async function runOnce(
  arrivals: readonly number[],
  span: { fromMs: number; toMs: number; zone: string },
  seed: number,
) {
  const { fromMs, toMs } = span;
  const replayed = (setting: WarmSetting) =>
    replayInSandbox({ arrivalsMs: arrivals.map((atMs) => atMs - fromMs), spanMs: toMs - fromMs, setting, seed });
  const now = await replayed(present);
  const requests: MeasuredRequest[] = now.jobs.map((job, index) => ({
    atMs: arrivals[index] ?? 0,
    delayMs: job.delayMs,
    executionMs: job.executionMs,
    restMs: 0,
    isCold: job.class === "cold",
  }));
  const trace = traceOf(requests, { idleTimeoutMs: 5_000, secondAfterMs: 4_000, hasFlashBoot: false, kept: [] }, span);
  if (trace === null) throw new Error("the sandbox ran nothing");
  const evaluate = evaluatorOf(trace, span);
  const checks: Check[] = [];
  for (const setting of CHECKED)
    checks.push(compare(evaluate(setting), setting === present ? now : await replayed(setting), span));
  return { trace, checks };
}

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "6" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const runs = Math.min(12, Math.max(2, Math.floor(Number(values.runs)) || 6));
if (values.help) console.log(HELP);
else await main({ data: values.data, seed: Number(values.seed), runs, asJson: values.json });
