import { settingWords } from "@/server/domain/keep-warm/settings";
import {
  byMinimum,
  type CalibrationRow,
  type WarmOutcome,
  type WarmTarget,
  type WarmWhatIf,
  worthwhile,
} from "@/server/domain/keep-warm/what-if";
import { countWords } from "@/server/domain/statistics/words";
import type { Calibration, WarmReport } from "@/server/endpoint/keep-warm/read-what-if";
import { instant, milliseconds, money, NOTHING, pairs, percent, table } from "./format";
import { plain } from "./rollout-lines";

export function keepWarmLines(report: WarmReport, all: boolean): string[] {
  const { whatIf, calibration, notes } = report;
  if (whatIf === null) return [];
  const { target, cheapest } = whatIf;
  const wanted = targetWords(target);
  return [
    `${report.environment}: ${plain(countWords(report.n))} requests from ${instant(report.fromMs)} to ${instant(report.toMs)} (${whatIf.days.toFixed(1)} days), schedules in ${report.zone}`,
    "",
    ...table(
      ["", "setting", "cold", "p95 all", "p95 warm", "a month", "95 % of such weeks"],
      (all ? whatIf.outcomes : shortList(whatIf)).map((outcome) => row(outcome, whatIf)),
      new Set(["cold", "p95 all", "p95 warm", "a month"]),
    ),
    "",
    ...pairs([
      ["cheapest", cheapest === null ? `no setting has ${wanted}` : `${settingWords(cheapest.setting)}, for ${wanted}`],
      ["break-even", breakEven(whatIf)],
      [
        "calibration",
        calibration === null
          ? "not possible: too few requests since the last change, or a trace from elsewhere"
          : calibrationWords(calibration),
      ],
      ["price", report.priceSource ?? "unknown"],
    ]),
    ...notes.map((note) => `note: ${note}`),
  ];
}

function targetWords({ p95Ms, coldShare }: WarmTarget): string {
  const parts = [
    ...(p95Ms === null ? [] : [`p95 at most ${milliseconds(p95Ms)}`]),
    ...(coldShare === null ? [] : [`cold at most ${percent(coldShare)}`]),
  ];
  return parts.join(", ") || "no target";
}

/** The present one, each minimum, the cheapest that will do, and what nothing beats in both cost and p95. */
function shortList(whatIf: WarmWhatIf): WarmOutcome[] {
  const { outcomes, cheapest } = whatIf;
  const measured = outcomes.filter(({ setting }) => setting.gpu.speedFactor !== null);
  const chosen = new Set([
    ...byMinimum(outcomes),
    ...worthwhile(measured).slice(0, 12),
    ...(cheapest === null ? [] : [cheapest]),
  ]);
  return outcomes.filter((outcome, index) => index === 0 || chosen.has(outcome));
}

function row(outcome: WarmOutcome, { outcomes, cheapest }: WarmWhatIf): string[] {
  const { setting, uncertainty } = outcome;
  const month = uncertainty?.perMonthMicros;
  const likely =
    uncertainty === null
      ? ""
      : `${percent(uncertainty.coldShare.low)} to ${percent(uncertainty.coldShare.high)} cold${month ? `, ${money(month.low)} to ${money(month.high)}` : ""}`;
  return [
    outcome === outcomes[0] ? "present" : outcome === cheapest ? "cheapest" : "",
    `${settingWords(setting)}${setting.gpu.speedFactor === null ? " (speed not measured)" : ""}`,
    percent(outcome.coldShare),
    milliseconds(outcome.p95Ms),
    milliseconds(outcome.p95WarmMs),
    money(outcome.perMonthMicros),
    likely,
  ];
}

function breakEven({ coldStartMicros, breakEvenColdPerDay, outcomes }: WarmWhatIf): string {
  const now = outcomes[0]?.coldPerDay ?? 0;
  if (coldStartMicros === null || breakEvenColdPerDay === null)
    return `unknown: no price; now ${now.toFixed(1)} cold starts a day`;
  return `one permanent worker pays for itself by avoiding ${Math.ceil(breakEvenColdPerDay).toLocaleString("en-US")} cold starts a day (${money(coldStartMicros)} each); now there are ${now.toFixed(1)}`;
}

const WHAT: Record<CalibrationRow["what"], { name: string; show: (value: number) => string }> = {
  coldShare: { name: "cold", show: percent },
  p95Ms: { name: "p95", show: milliseconds },
  p95WarmMs: { name: "p95 warm", show: milliseconds },
  perMonthMicros: { name: "a month by our ledger", show: money },
  billedPerMonthMicros: { name: "a month by RunPod's bill", show: money },
};

function calibrationWords({ fromMs, measured, rows, isWithin }: Calibration): string {
  const parts = rows.map(({ what, measured: was, simulated: is, error, isWithin: good }) => {
    const { name, show } = WHAT[what];
    const off = error === null ? NOTHING : `${error < 0 ? "−" : "+"}${percent(Math.abs(error))}`;
    return `${name} ${show(is)} simulated, ${show(was)} measured (${off}${good ? "" : ": NOT within 10 %"})`;
  });
  const verdict = isWithin ? "within 10 %" : "NOT within 10 %: take the table with care";
  return [`${verdict}, on ${measured.n} requests since ${instant(fromMs)}`, ...parts].join("\n");
}
