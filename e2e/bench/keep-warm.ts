import { parseArgs } from "node:util";
import { presentSetting, settingsToTry, type WarmSetting } from "@/server/domain/keep-warm/settings";
import { randomOf, traceOf } from "@/server/domain/keep-warm/trace";
import { evaluatorOf } from "@/server/domain/keep-warm/what-if";

const HELP = `Usage: npm run bench:keep-warm -- [--settings N] [--arrivals N] [--runs N] [--json]

Times the simulation behind switchyard keep-warm: --settings (default 200) settings of an endpoint on --arrivals (default
50000) requests of four weeks with busy days and quiet nights, on one thread; the best of --runs (default 3) is printed.
`;
const AIM_S = 5;
const DAY_MS = 86_400_000;
const DAYS = 28;

const { values } = parseArgs({
  options: {
    settings: { type: "string", default: "200" },
    arrivals: { type: "string", default: "50000" },
    runs: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function traceOfWeeks(count: number) {
  const random = randomOf(1);
  const requests = Array.from({ length: count }, () => {
    // Two draws make noon four times as busy as midnight.
    const hour = 12 + 12 * (random() - random());
    const day = Math.floor(random() * DAYS);
    const isCold = random() < 0.1;
    return {
      atMs: day * DAY_MS + hour * 3_600_000,
      delayMs: isCold ? 20_000 + random() * 60_000 : 100 + random() * 400,
      executionMs: 2_000 + random() * 5_000,
      restMs: 300,
      isCold,
    };
  });
  const under = { idleTimeoutMs: 5_000, secondAfterMs: 4_000, hasFlashBoot: false, kept: [] };
  const trace = traceOf(requests, under, { fromMs: 0, toMs: DAYS * DAY_MS });
  if (trace === null) throw new Error("the trace has no executions");
  return trace;
}

function settingsOf(count: number): WarmSetting[] {
  const present = presentSetting(
    {
      name: "bench",
      image: null,
      gpuPools: ["ADA_24"],
      gpuCount: 1,
      workersMin: 0,
      workersMax: 5,
      idleTimeoutS: 5,
      scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
      executionTimeoutMs: null,
      flashboot: "OFF",
      dataCenterIds: [],
    },
    { pool: "ADA_24", name: "RTX 4090", price: { micros: 1_100_000, per: 3_600 }, speedFactor: 1 },
  );
  const tried = settingsToTry(present, []);
  return Array.from({ length: count }, (_, index) => {
    const setting = tried[index % tried.length] ?? present;
    // The same again with another maximum: no two of them are equal.
    return { ...setting, workersMax: Math.max(setting.workersMax, 5 + Math.floor(index / tried.length)) };
  });
}

if (values.help) console.log(HELP);
else {
  const [count, arrivals, runs] = [values.settings, values.arrivals, values.runs].map(Number);
  if (!(count && arrivals && runs)) throw new Error("--settings, --arrivals and --runs must be numbers above 0");
  const trace = traceOfWeeks(arrivals);
  const settings = settingsOf(count);
  const seconds = Array.from({ length: runs }, () => {
    const startedMs = performance.now();
    const evaluate = evaluatorOf(trace, { fromMs: 0, toMs: DAYS * DAY_MS, zone: "Europe/Berlin" });
    for (const setting of settings) evaluate(setting);
    return (performance.now() - startedMs) / 1_000;
  });
  const best = Math.min(...seconds);
  if (values.json) console.log(JSON.stringify({ settings: count, arrivals, seconds, aimS: AIM_S }));
  else
    console.log(
      `${count} settings × ${arrivals} arrivals: ${best.toFixed(2)} s, ${((best * 1_000) / count).toFixed(1)} ms a setting (aim < ${AIM_S} s) · all runs ${seconds.map((each) => each.toFixed(2)).join(", ")} s`,
    );
  if (best >= AIM_S) process.exitCode = 3;
}
