import { quantileOf } from "@/server/domain/keep-warm/quantile";
import { settingWords, type WarmSetting } from "@/server/domain/keep-warm/settings";
import { byMinimum, type WarmOutcome, type WarmWhatIf, worthwhile } from "@/server/domain/keep-warm/what-if";
import { costOf, formatMicros, type Micros } from "@/server/domain/money";
import type { Replayed } from "./replay-in-sandbox";

interface Figures {
  coldShare: number;
  p95Ms: number;
  perMonthMicros: Micros;
}

/** A setting as we simulate it and as the sandbox's scheduler runs it. */
export interface Check {
  setting: WarmSetting;
  simulated: Figures;
  sandbox: Figures;
}

const BOUNDS = { coldShare: 0.01, p95Ms: 0.1, perMonthMicros: 0.05 };
const DAY_MS = 86_400_000;

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const seconds = (ms: number | null) => (ms === null ? "–" : `${(ms / 1_000).toFixed(1)} s`);
const dollars = (micros: Micros | null) => (micros === null ? "–" : formatMicros(micros));
const row = (cells: string[]) => `| ${cells.join(" | ")} |`;

export function tableLines(whatIf: WarmWhatIf): string[] {
  const { outcomes, cheapest } = whatIf;
  const chosen = new Set<WarmOutcome | null>([...byMinimum(outcomes), ...worthwhile(outcomes).slice(0, 8), cheapest]);
  const name = (outcome: WarmOutcome) => {
    const words = settingWords(outcome.setting);
    return outcome === outcomes[0]
      ? `${words} (present)`
      : outcome === cheapest
        ? `**${words}** (cheapest that meets the target)`
        : words;
  };
  const month = ({ perMonthMicros, uncertainty }: WarmOutcome) => {
    const interval = uncertainty?.perMonthMicros;
    return `${dollars(perMonthMicros)}${interval ? ` (${dollars(interval.low)}–${dollars(interval.high)})` : ""}`;
  };
  return [
    row(["setting", "cold", "p95 all", "p95 warm", "a month (95 %)"]),
    row(["---", "---:", "---:", "---:", "---:"]),
    ...outcomes
      .filter((outcome) => chosen.has(outcome))
      .map((outcome) =>
        row([
          name(outcome),
          percent(outcome.coldShare),
          seconds(outcome.p95Ms),
          seconds(outcome.p95WarmMs),
          month(outcome),
        ]),
      ),
    "",
    `A cold start costs ${dollars(whatIf.coldStartMicros)}; a permanent worker breaks even at ${Math.ceil(whatIf.breakEvenColdPerDay ?? 0)} avoided a day, and there are ${outcomes[0]?.coldPerDay.toFixed(0)}.`,
  ];
}

export function compare(
  outcome: WarmOutcome,
  { jobs, billedSeconds }: Replayed,
  span: { fromMs: number; toMs: number },
): Check {
  const latencies = Float64Array.from(jobs, ({ delayMs, executionMs }) => (delayMs ?? 0) + (executionMs ?? 0));
  const months = (span.toMs - span.fromMs) / DAY_MS / 30;
  const { setting } = outcome;
  return {
    setting,
    simulated: { coldShare: outcome.coldShare, p95Ms: outcome.p95Ms, perMonthMicros: outcome.perMonthMicros ?? 0 },
    sandbox: {
      coldShare: jobs.filter((job) => job.class === "cold").length / jobs.length,
      p95Ms: quantileOf(latencies, latencies.length, 0.95) ?? 0,
      perMonthMicros: setting.gpu.price === null ? 0 : costOf(billedSeconds / months, setting.gpu.price),
    },
  };
}

/** Of several runs: our number less the sandbox's, by the sandbox's (of cold shares: in points), with its 95 % interval. */
interface Off {
  mean: number;
  low: number;
  high: number;
}

interface Compared {
  setting: WarmSetting;
  simulated: Figures;
  sandbox: Figures;
  /** How far the sandbox's own runs lie apart that differ by nothing but their seed. */
  apart: Figures;
  off: Record<keyof Figures, Off>;
}

const KEYS = ["coldShare", "p95Ms", "perMonthMicros"] as const;
/** Two-sided 95 % of Student's t, by degrees of freedom from 1. */
const T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201];

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const figuresBy = (of: (key: keyof Figures) => number): Figures => ({
  coldShare: of("coldShare"),
  p95Ms: of("p95Ms"),
  perMonthMicros: of("perMonthMicros"),
});

/** The runs of one setting, each with a seed of its own, as one line. */
export function together(runs: readonly Check[]): Compared {
  const [first] = runs;
  if (first === undefined) throw new Error("nothing was run");
  const off = (key: keyof Figures): Off => {
    const each = runs.map(({ simulated, sandbox }) =>
      key === "coldShare" ? simulated[key] - sandbox[key] : simulated[key] / sandbox[key] - 1,
    );
    const mean = meanOf(each);
    const spread = Math.sqrt(each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, each.length - 1));
    const t = T95[Math.min(each.length - 1, T95.length) - 1] ?? Number.POSITIVE_INFINITY;
    const half = each.length < 2 ? Number.POSITIVE_INFINITY : (t * spread) / Math.sqrt(each.length);
    return { mean, low: mean - half, high: mean + half };
  };
  const sandboxOf = (key: keyof Figures) => runs.map(({ sandbox }) => sandbox[key]);
  return {
    setting: first.setting,
    simulated: figuresBy((key) => meanOf(runs.map(({ simulated }) => simulated[key]))),
    sandbox: figuresBy((key) => meanOf(sandboxOf(key))),
    apart: figuresBy((key) => Math.max(...sandboxOf(key)) - Math.min(...sandboxOf(key))),
    off: { coldShare: off("coldShare"), p95Ms: off("p95Ms"), perMonthMicros: off("perMonthMicros") },
  };
}

export function checkLines(compared: readonly Compared[], runs: number): string[] {
  const signed = (share: number) => `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
  const interval = ({ mean, low, high }: Off) =>
    Number.isFinite(low) ? `${signed(mean)} (${signed(low)} … ${signed(high)})` : signed(mean);
  return [
    row([
      `mean of ${runs} runs: simulated / by the sandbox`,
      "cold",
      "p95",
      "p95 off (95 %)",
      "sandbox's own p95",
      "a month",
    ]),
    row(["---", "---:", "---:", "---:", "---:", "---:"]),
    ...compared.map(({ setting, simulated, sandbox, apart, off }) =>
      row([
        settingWords(setting),
        `${percent(simulated.coldShare)} / ${percent(sandbox.coldShare)}`,
        `${seconds(simulated.p95Ms)} / ${seconds(sandbox.p95Ms)}`,
        interval(off.p95Ms),
        `${seconds(apart.p95Ms)} apart`,
        `${dollars(Math.round(simulated.perMonthMicros))} / ${dollars(Math.round(sandbox.perMonthMicros))}`,
      ]),
    ),
  ];
}

/** Where the farthest lies of each, and whether it is within its bound, or beyond it by no more than chance makes it. */
export function worstOf(compared: readonly Compared[]) {
  const far = Object.fromEntries(
    KEYS.map((key) => {
      const sorted = [...compared].sort((one, other) => Math.abs(other.off[key].mean) - Math.abs(one.off[key].mean));
      return [key, sorted[0]?.off[key] ?? { mean: 0, low: 0, high: 0 }];
    }),
  ) as Record<keyof Figures, Off>; // every key is given
  const verdictOf = (key: keyof Figures) => {
    const bound = BOUNDS[key];
    if (compared.every(({ off }) => Math.abs(off[key].mean) <= bound)) return "within";
    return compared.every(({ off }) => off[key].low <= bound && off[key].high >= -bound)
      ? "not told from it by so few runs"
      : "NOT within";
  };
  const part = (key: keyof Figures, shown: string, aim: string) => `${shown} (aim ${aim}: ${verdictOf(key)})`;
  const words = `at most off by ${[
    part("coldShare", `${(Math.abs(far.coldShare.mean) * 100).toFixed(2)} points of cold starts`, "1"),
    part("p95Ms", `${percent(Math.abs(far.p95Ms.mean))} of the p95`, "10 %"),
    part("perMonthMicros", `${percent(Math.abs(far.perMonthMicros.mean))} of the bill`, "5 %"),
  ].join(", ")}`;
  return { off: far, isWithin: KEYS.every((key) => verdictOf(key) !== "NOT within"), words };
}
