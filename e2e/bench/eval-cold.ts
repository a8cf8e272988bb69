import { parseArgs } from "node:util";
import { COLD_START_RULE } from "@/server/domain/cold-start";
import { COLD_CLASSES } from "@/server/domain/vocabulary";
import { PATTERNS, type Pattern } from "./cold/patterns";
import { type Compared, runPattern } from "./cold/run-pattern";
import { closeConnections } from "./cold/speak";

const HELP = `Usage: npm run eval:cold -- [--jobs N] [--clock F] [--seed N] [--show N] [--json]

Runs jobs in the sandbox under several patterns of arrival and compares our cold-start class, judged from the evidence
that the engine collects, with the sandbox's truth.

  --jobs N    default 10000
  --clock F   sandbox seconds per second (default 20). Too fast a clock turns the machine's own delays into evidence.
  --seed N    default 1
  --show N    print the evidence of the first N jobs that were judged wrongly
  --json      one line of JSON instead of tables
`;

const TRUTHS = ["warm", "queued", "cold", "throttled"] as const;

interface Score {
  n: number;
  accuracy: number;
  coldRecall: number;
  coldPrecision: number;
}

/** A job that never began has no class; `unknown` is counted as wrong. */
function scoreOf(rows: readonly Compared[]): Score {
  const known = rows.filter((row) => row.truth !== "none");
  const right = known.filter((row) => row.truth === row.ours).length;
  const cold = known.filter((row) => row.truth === "cold");
  const called = known.filter((row) => row.ours === "cold");
  const hit = cold.filter((row) => row.ours === "cold").length;
  return {
    n: known.length,
    accuracy: right / known.length,
    coldRecall: hit / cold.length,
    coldPrecision: hit / called.length,
  };
}

function matrixOf(rows: readonly Compared[]): Record<string, Record<string, number>> {
  const matrix: Record<string, Record<string, number>> = {};
  for (const truth of TRUTHS) {
    const ofTruth = rows.filter((row) => row.truth === truth);
    matrix[truth] = Object.fromEntries(
      COLD_CLASSES.map((ours) => [ours, ofTruth.filter((row) => row.ours === ours).length]),
    );
  }
  return matrix;
}

const percent = (part: number) => (Number.isNaN(part) ? "–" : `${(part * 100).toFixed(2)} %`).padStart(9);

function printReport(rows: readonly Compared[], seconds: number): void {
  const matrix = matrixOf(rows);
  console.log(`\nConfusion matrix, rule ${COLD_START_RULE} (rows: the sandbox's truth, columns: our class)\n`);
  console.log(["", ...COLD_CLASSES].map((word) => word.padStart(10)).join(""));
  for (const truth of TRUTHS) {
    const cells = COLD_CLASSES.map((ours) => String(matrix[truth]?.[ours] ?? 0).padStart(10));
    console.log(truth.padStart(10) + cells.join(""));
  }
  console.log(`\n${"pattern".padEnd(24)}${"jobs".padStart(7)}${" accuracy".padStart(10)}${"cold recall".padStart(13)}`);
  for (const { name } of PATTERNS) {
    const score = scoreOf(rows.filter((row) => row.pattern === name));
    if (score.n > 0) {
      console.log(
        `${name.padEnd(24)}${String(score.n).padStart(7)} ${percent(score.accuracy)}    ${percent(score.coldRecall)}`,
      );
    }
  }
  const all = scoreOf(rows);
  console.log(
    `\naccuracy ${percent(all.accuracy).trim()} (aim > 98 %) · cold recall ${percent(all.coldRecall).trim()} (aim > 99 %)`,
  );
  console.log(`cold precision ${percent(all.coldPrecision).trim()} · ${all.n} jobs in ${seconds.toFixed(0)} s`);
  const wrong = new Map<string, number>();
  for (const row of rows) {
    if (row.truth === row.ours || row.truth === "none") continue;
    const key = `${row.pattern}: ${row.truth} called ${row.ours}: ${row.because.replace(/\d+/g, "#")}`;
    wrong.set(key, (wrong.get(key) ?? 0) + 1);
  }
  const worst = [...wrong].sort((left, right) => right[1] - left[1]).slice(0, 12);
  if (worst.length > 0) console.log("\nWhere it is wrong:");
  for (const [key, count] of worst) console.log(`${String(count).padStart(5)}  ${key}`);
}

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "10000" },
    clock: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    show: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
} else {
  const [jobs, clock, seed] = [Number(values.jobs), Number(values.clock), Number(values.seed)];
  if (!(jobs >= 100) || !(clock > 0) || !Number.isInteger(seed))
    throw new Error("jobs must be at least 100, clock above 0, seed a whole number");
  const startedMs = performance.now();
  let done = 0;
  const progress = setInterval(() => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${jobs} jobs`);
  }, 1_000);
  try {
    const parts = await Promise.all(
      PATTERNS.flatMap((pattern) => Array<Pattern>(pattern.sandboxes).fill(pattern)).map((pattern, index) =>
        runPattern(pattern, {
          jobs: Math.round((jobs * pattern.percent) / 100 / pattern.sandboxes),
          seed: seed * 100 + index,
          clock,
          onJob: () => {
            done += 1;
          },
        }),
      ),
    );
    const rows = parts.flat();
    const seconds = (performance.now() - startedMs) / 1000;
    if (values.json)
      console.log(
        JSON.stringify({ ...scoreOf(rows), rule: COLD_START_RULE, clock, seed, seconds, matrix: matrixOf(rows) }),
      );
    else printReport(rows, seconds);
    const wrong = rows.filter((row) => row.truth !== "none" && row.truth !== row.ours);
    for (const row of wrong.slice(0, Number(values.show))) console.log(JSON.stringify(row));
  } finally {
    clearInterval(progress);
    await closeConnections();
  }
}
