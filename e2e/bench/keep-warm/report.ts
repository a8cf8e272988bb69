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

export function checkLines(checks: readonly Check[]): string[] {
  return [
    row(["simulated / run by the sandbox", "cold", "p95", "a month"]),
    row(["---", "---:", "---:", "---:"]),
    ...checks.map(({ setting, simulated, sandbox }) =>
      row([
        settingWords(setting),
        `${percent(simulated.coldShare)} / ${percent(sandbox.coldShare)}`,
        `${seconds(simulated.p95Ms)} / ${seconds(sandbox.p95Ms)}`,
        `${dollars(simulated.perMonthMicros)} / ${dollars(sandbox.perMonthMicros)}`,
      ]),
    ),
  ];
}

export function worstOf(checks: readonly Check[]) {
  const off = (key: "p95Ms" | "perMonthMicros") =>
    Math.max(...checks.map(({ simulated, sandbox }) => Math.abs(simulated[key] / sandbox[key] - 1)));
  const cold = Math.max(...checks.map(({ simulated, sandbox }) => Math.abs(simulated.coldShare - sandbox.coldShare)));
  const [p95, bill] = [off("p95Ms"), off("perMonthMicros")];
  const isWithin = cold <= BOUNDS.coldShare && p95 <= BOUNDS.p95Ms && bill <= BOUNDS.perMonthMicros;
  const words = `at most off by ${(cold * 100).toFixed(2)} points of cold starts (aim 1), ${percent(p95)} of the p95 (aim 10 %), ${percent(bill)} of the bill (aim 5 %)`;
  return { cold, p95, bill, isWithin, words };
}
