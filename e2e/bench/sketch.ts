import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { quantile, SketchBuilder } from "@/server/domain/sketch/sketch";
import { ROOT } from "../chaos/processes/program";
import { Random } from "../chaos/random";

const HELP = `Usage: npm run bench:sketch -- [--json]

The sketch's quantiles against the exact ones (as PostgreSQL's percentile_cont gives them) for distributions of times, each
at several counts, added one by one and merged of 60 parts. With ../shared/data also for the execution times of the trace.
`;

const QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;
const COUNTS = [10, 100, 101, 1_000, 10_000, 200_000];
const SEEDS = [1, 2, 3];
const ALLOWED = 0.01;
const TRACE = join(ROOT, "..", "shared", "data", "gentd26-requests-november.csv");

const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const DISTRIBUTIONS: Record<string, (random: Random) => number> = {
  uniform: (random) => 1 + random.next() * 60_000,
  "log-normal": (random) => 3_000 * Math.exp(0.6 * normal(random)),
  "bimodal (warm, cold)": (random) =>
    random.chance(0.9) ? 3_000 * Math.exp(0.42 * normal(random)) : 45_000 * Math.exp(0.42 * normal(random)),
  constant: () => 4_242,
};

/** The largest relative error at each quantile. */
type Errors = Record<(typeof QUANTILES)[number], number>;

function exact(sorted: readonly number[], q: number): number {
  const rank = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
  return low + (rank - Math.floor(rank)) * (high - low);
}

/** Of the values as they come, and of 60 sketches merged, which must be the same. */
function errorsOf(values: readonly number[]): Errors {
  const whole = new SketchBuilder();
  const parts = Array.from({ length: 60 }, () => new SketchBuilder());
  values.forEach((value, index) => {
    whole.add(value);
    parts[index % parts.length]?.add(value);
  });
  const merged = new SketchBuilder();
  for (const part of parts) merged.merge(part.build());
  const sorted = [...values].sort((left, right) => left - right);
  const error = (q: number) =>
    Math.max(
      ...[whole, merged].map((builder) => {
        const truth = exact(sorted, q);
        return Math.abs((quantile(builder.build(), q) ?? Number.NaN) - truth) / truth;
      }),
    );
  return Object.fromEntries(QUANTILES.map((q) => [q, error(q)])) as Errors;
}

function worst(all: readonly Errors[]): Errors {
  return Object.fromEntries(QUANTILES.map((q) => [q, Math.max(...all.map((errors) => errors[q]))])) as Errors;
}

/** Execution times of the trace in milliseconds, those that are known; null where the trace is not there. */
function traceValues(): number[] | null {
  if (!existsSync(TRACE)) return null;
  const [head = "", ...lines] = readFileSync(TRACE, "utf8").trim().split("\n");
  const column = head.split(",").indexOf("exec_time_seconds");
  return lines.flatMap((line) => {
    const cell = line.split(",")[column]?.trim() ?? "";
    const valueMs = Math.round(Number(cell) * 1_000);
    return cell !== "" && valueMs > 0 ? [valueMs] : [];
  });
}

function main(json: boolean): void {
  const rows = Object.entries(DISTRIBUTIONS).map(([name, draw]) => {
    const all = SEEDS.flatMap((seed) => {
      const random = new Random(seed);
      return COUNTS.map((count) => errorsOf(Array.from({ length: count }, () => Math.round(draw(random)))));
    });
    return { name, n: `${COUNTS[0]} to ${COUNTS.at(-1)}`, errors: worst(all) };
  });
  const trace = traceValues();
  if (trace) rows.push({ name: "the trace's execution times", n: `${trace.length}`, errors: errorsOf(trace) });
  const largest = Math.max(...rows.flatMap(({ errors }) => Object.values(errors)));
  process.exitCode = largest > ALLOWED ? 1 : 0;
  if (json) {
    console.log(JSON.stringify({ rows, largest }));
    return;
  }
  const percent = (share: number) => `${(share * 100).toFixed(3)} %`.padStart(9);
  console.log(
    `largest relative error      ${"n".padEnd(14)}${QUANTILES.map((q) => `p${q * 100}`.padStart(9)).join("")}`,
  );
  for (const { name, n, errors } of rows)
    console.log(`${name.padEnd(28)}${n.padEnd(14)}${QUANTILES.map((q) => percent(errors[q])).join("")}`);
  console.log(`\nlargest of all ${(largest * 100).toFixed(3)} % (allowed: ${ALLOWED * 100} %)`);
}

if (process.argv.includes("--help")) console.log(HELP);
else main(process.argv.includes("--json"));
