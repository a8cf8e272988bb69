import pg from "pg";
import { connect, POOL_LIMITS } from "@/db/client";
import { readAnnotations } from "@/db/queries/annotations";
import { generationFacets } from "@/db/queries/generation-facets";
import { localPrincipal } from "@/server/auth/access";
import { bucketStart, isBucketProblem, planBuckets } from "@/server/domain/metrics/buckets";
import { chartView } from "@/server/gateway/chart-generations";
import { readCostByWeek } from "../read-cost-by-week";
import { readSeries } from "../read-series";
import { readTotals } from "../read-totals";

// Run as a program of its own: times every question of the Overview, and the counts and chart of Generations, in the
// environments LARGE and SMALL, and the same answers computed from the rows of LARGE. Prints a line of JSON a question.
const DAY_MS = 86_400_000;
const WINDOWS = { "1 h": DAY_MS / 24, "24 h": DAY_MS, "7 d": 7 * DAY_MS, "90 d": 90 * DAY_MS, "1 y": 365 * DAY_MS };
const WEEKS = 6;
const RUNS_MIN = 15;
const FOR_MS = 1_500;
/** A slow answer from the rows is timed once. */
const SLOW_MS = 3_000;

const url = process.env.DATABASE_URL ?? "";
const [large = "", small = ""] = [process.env.LARGE, process.env.SMALL];
const nowMs = Number(process.env.NOW_MS);
const { db, close } = connect({ url, name: "bench", ...POOL_LIMITS.tool });
const rows = new pg.Client({ connectionString: url });

const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const timed = async (ask: () => Promise<unknown>) => {
  const since = performance.now();
  await ask();
  return performance.now() - since;
};

/** Both in turn, so that what else the machine does falls on both. */
async function inTurn(asks: (() => Promise<unknown>)[]): Promise<number[]> {
  const took: number[][] = asks.map(() => []);
  for (const ask of asks) for (let warm = 0; warm < 3; warm++) await ask();
  const since = performance.now();
  for (let run = 0; run < RUNS_MIN || performance.now() - since < FOR_MS; run++)
    for (const [index, ask] of asks.entries()) took[index]?.push(await timed(ask));
  return took.map(median);
}

async function fromRows(text: string, values: unknown[]): Promise<number> {
  const ask = () => rows.query(text, values);
  const first = await timed(ask);
  return first > SLOW_MS ? first : ((await inTurn([ask]))[0] ?? first);
}

const FIGURES = `count(*), count(*) filter (where state = 'succeeded'), count(*) filter (where state = 'failed'), sum(image_count),
  sum(cost_micros), sum(baseline_micros),
  percentile_cont(array[0.5, 0.95, 0.99]) within group (order by latency_ms) filter (where state = 'succeeded')`;
const WHERE = "environment = $1 and created_at >= $2 and created_at < $3 and source in ('api', 'cli')";
const TOTALS = `select provider, cold_class, ${FIGURES} from generations where ${WHERE}
  group by grouping sets ((), (provider), (provider, cold_class))`;
const SERIES = `select date_bin(make_interval(secs => $4), created_at, to_timestamp($5)) as bucket, provider, cold_class, ${FIGURES}
  from generations where ${WHERE} group by grouping sets ((1), (1, provider), (1, provider, cold_class))`;
const CHIPS = `select state, provider, operation, cold_class, failure_mode, source, count(*) from generations
  where environment = $1 and created_at >= $2 and created_at < $3 group by 1, 2, 3, 4, 5, 6`;
const CHART = `select date_bin(make_interval(secs => $4), created_at, to_timestamp($5)), provider, cold_class, count(*),
  percentile_cont(array[0.5, 0.95, 0.99]) within group (order by latency_ms) filter (where state = 'succeeded')
  from generations where environment = $1 and created_at >= $2 and created_at < $3 group by 1, 2, 3`;
const WEEKLY = `select date_trunc('week', created_at, 'UTC'), provider, sum(cost_micros), sum(baseline_micros), sum(image_count)
  from generations where ${WHERE} group by 1, 2`;

const operator = localPrincipal("bench");
const tell = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

await rows.connect();
// What one would set for such questions: the values of a day are sorted in memory.
await rows.query("set work_mem = '256MB'");
const populations = ["callers"] as const;
// Those that the Overview draws.
const series = ["latencyWarm", "latencyCold", "latencyOther"] as const;
for (const [window, lengthMs] of Object.entries(WINDOWS)) {
  const fromMs = nowMs - lengthMs;
  const plan = planBuckets({ fromMs, toMs: nowMs }, nowMs);
  if (isBucketProblem(plan)) throw new Error(plan.rule);
  const of = (environment: string) => ({ environment, fromMs, toMs: nowMs, populations, series });
  const both = (ask: (environment: string) => Promise<unknown>) => inTurn([() => ask(large), () => ask(small)]);
  const span = [large, new Date(plan.fromMs), new Date(plan.toMs)];
  const origin = bucketStart(plan.fromMs, plan.bucketMs) / 1000;

  const [totalsMs, totalsSmallMs] = await both((environment) => readTotals(db, of(environment), nowMs));
  tell({ window, query: "totals", oursMs: totalsMs, smallMs: totalsSmallMs, rowsMs: await fromRows(TOTALS, span) });
  const [seriesMs, seriesSmallMs] = await both((environment) => readSeries(db, of(environment), nowMs));
  const seriesFromRows = await fromRows(SERIES, [...span, plan.bucketMs / 1000, origin]);
  tell({ window, query: "series", oursMs: seriesMs, smallMs: seriesSmallMs, rowsMs: seriesFromRows });
  const view = (environment: string) => ({ environment, fromMs: plan.fromMs });
  const [chipsMs, chipsSmallMs] = await both((environment) => generationFacets(db, view(environment), nowMs));
  tell({ window, query: "chips", oursMs: chipsMs, smallMs: chipsSmallMs, rowsMs: await fromRows(CHIPS, span) });
  const [chartMs, chartSmallMs] = await both((environment) => chartView(db, operator, view(environment), nowMs));
  const chartFromRows = await fromRows(CHART, [...span, plan.bucketMs / 1000, origin]);
  tell({ window, query: "chart", oursMs: chartMs, smallMs: chartSmallMs, rowsMs: chartFromRows });
  const [changesMs, changesSmallMs] = await both((environment) => readAnnotations(db, of(environment)));
  // These are not of generations: nothing to compare them with.
  tell({ window, query: "changes", oursMs: changesMs, smallMs: changesSmallMs, rowsMs: null });
}
const [weeksMs, weeksSmallMs] = await inTurn(
  [large, small].map((environment) => () => readCostByWeek(db, { environment, populations, weeks: WEEKS }, nowMs)),
);
const weeksFromMs = bucketStart(nowMs, 7 * DAY_MS) - (WEEKS - 1) * 7 * DAY_MS;
const weekly = await fromRows(WEEKLY, [large, new Date(weeksFromMs), new Date(nowMs)]);
tell({ window: `${WEEKS} weeks`, query: "cost", oursMs: weeksMs, smallMs: weeksSmallMs, rowsMs: weekly });
await rows.end();
await close();
