import { MONTH_DAYS } from "@/server/domain/endpoint/standing-price";
import { costOf, type Micros, type UnitPrice } from "@/server/domain/money";
import { type Interval, uncertaintyOf } from "./day-sums";
import { quantileOf } from "./quantile";
import { minimumSteps, settingsToTry, type WarmGpu, type WarmSetting } from "./settings";
import { createSimulation, DAY_MS, type SimulatedSetting } from "./simulate";
import type { Trace } from "./trace";

/** What a setting would have made of the trace's days. */
export interface WarmOutcome {
  setting: WarmSetting;
  coldShare: number;
  coldPerDay: number;
  p95Ms: number;
  /** Of requests that a worker was there for; null: each one waited. */
  p95WarmMs: number | null;
  /** Workers' time of a day, paid whether it was worked or waited in. */
  paidHoursPerDay: number;
  /** Of 30 days; null: the GPU's price is unknown. */
  perMonthMicros: Micros | null;
  /** What the workers cost a day that are kept all the time. */
  standingPerDayMicros: Micros | null;
  /** Null until asked for: it takes as long as the simulation. */
  uncertainty: { coldShare: Interval; p95Ms: Interval; perMonthMicros: Interval | null } | null;
}

export interface WarmTarget {
  /** Null: any. */
  p95Ms: number | null;
  /** Null: any. */
  coldShare: number | null;
}

/** The plan's alert limit for p95 latency. */
export const TARGET_DEFAULT = { p95Ms: 15_000, coldShare: null } satisfies WarmTarget;

export interface Measured {
  n: number;
  coldShare: number | null;
  p95Ms: number | null;
  p95WarmMs: number | null;
  /** By our own ledger. Null: not known, or not comparable. */
  perMonthMicros: Micros | null;
  /** By RunPod's bill for the same endpoint; null: not taken in, or too little of it. */
  billedPerMonthMicros: Micros | null;
}

export interface CalibrationRow {
  what: "coldShare" | "p95Ms" | "p95WarmMs" | "perMonthMicros" | "billedPerMonthMicros";
  measured: number;
  simulated: number;
  /** Simulated by measured, less one; null: nothing was measured but a zero. */
  error: number | null;
  isWithin: boolean;
}

export interface WarmWhatIf {
  n: number;
  days: number;
  target: WarmTarget;
  /** The present setting first, then by cost. */
  outcomes: WarmOutcome[];
  /** Of those with a measured speed; null: none meets the target. */
  cheapest: WarmOutcome | null;
  /** A mean start-up at the present GPU's price; null: no start-up or no price is known. */
  coldStartMicros: Micros | null;
  /** Cold starts a day that one permanent worker must avoid to pay for itself by that alone. */
  breakEvenColdPerDay: number | null;
}

/** Of less than a week nobody knows what a schedule by weekdays costs in a month. */
const WEEK_MS = 7 * DAY_MS;
/** Who waited so long for a worker was queued, as our classes have it: neither warm nor cold. */
const QUEUED_MIN_MS = 1_000;
const CALIBRATION_BOUND = 0.1;
/** Fewer cold starts or requests than these differ by more than the bound by chance alone. */
const DIFFERENCE_MIN = 0.002;

export interface WhatIfInput {
  trace: Trace;
  span: { fromMs: number; toMs: number; zone: string };
  present: WarmSetting;
  otherGpus: readonly WarmGpu[];
  target: WarmTarget;
}

/**
 * Every setting on the same days. Gives way to other work between two settings: a process that serves requests may do
 * this beside.
 */
export async function whatIfWarm(input: WhatIfInput, giveWay: () => Promise<void>): Promise<WarmWhatIf> {
  const { trace, span, present, otherGpus, target } = input;
  const evaluate = evaluatorOf(trace, span);
  const outcomes: WarmOutcome[] = [];
  const hasWeek = trace.spanMs >= WEEK_MS;
  for (const setting of settingsToTry(present, otherGpus)) {
    if (setting.schedule !== null && !hasWeek) continue;
    outcomes.push(evaluate(setting));
    await giveWay();
  }
  const cheapest = cheapestOf(outcomes, target);
  const [first, ...others] = outcomes;
  const sorted = others.sort(
    (one, other) =>
      (one.perMonthMicros ?? Number.POSITIVE_INFINITY) - (other.perMonthMicros ?? Number.POSITIVE_INFINITY) ||
      one.p95Ms - other.p95Ms,
  );
  const inOrder = first === undefined ? sorted : [first, ...sorted];
  const shown = new Set(
    [first, cheapest, ...byMinimum(inOrder)].filter((outcome) => outcome !== null && outcome !== undefined),
  );
  for (const outcome of shown) {
    Object.assign(outcome, evaluate(outcome.setting, true));
    await giveWay();
  }
  const meanStartMs =
    trace.startUps.length === 0 ? null : trace.startUps.reduce((sum, ms) => sum + ms, 0) / trace.startUps.length;
  const { price } = present.gpu;
  const coldStartMicros = meanStartMs === null || price === null ? null : costOf(meanStartMs / 1_000, price);
  const standingMicros = price === null ? null : costOf(DAY_MS / 1_000, price);
  return {
    n: trace.arrivals.length,
    days: trace.spanMs / DAY_MS,
    target,
    outcomes: inOrder,
    cheapest,
    coldStartMicros,
    breakEvenColdPerDay:
      coldStartMicros === null || coldStartMicros === 0 || standingMicros === null
        ? null
        : standingMicros / coldStartMicros,
  };
}

/** For each minimum from 0 to 3 the cheapest on the present GPU without a schedule: one line each of the short table. */
export function byMinimum(outcomes: readonly WarmOutcome[]): WarmOutcome[] {
  const pool = outcomes[0]?.setting.gpu.pool;
  return [0, 1, 2, 3].flatMap((workersMin) => {
    const fitting = outcomes.filter(
      ({ setting }) => setting.workersMin === workersMin && setting.schedule === null && setting.gpu.pool === pool,
    );
    const present = fitting.find((outcome) => outcome === outcomes[0]);
    const same = fitting.find(({ setting }) => setting.idleTimeoutS === outcomes[0]?.setting.idleTimeoutS);
    return present ?? same ?? fitting[0] ?? [];
  });
}

/** Those that no other beats in both cost and p95, the cheapest first. */
export function worthwhile(outcomes: readonly WarmOutcome[]): WarmOutcome[] {
  const priced = outcomes.filter(({ perMonthMicros }) => perMonthMicros !== null);
  const sorted = priced.sort(
    (one, other) => (one.perMonthMicros ?? 0) - (other.perMonthMicros ?? 0) || one.p95Ms - other.p95Ms,
  );
  let best = Number.POSITIVE_INFINITY;
  return sorted.filter(({ p95Ms }) => {
    if (p95Ms >= best) return false;
    best = p95Ms;
    return true;
  });
}

function meets({ p95Ms, coldShare }: WarmOutcome, target: WarmTarget): boolean {
  return (
    (target.p95Ms === null || p95Ms <= target.p95Ms) && (target.coldShare === null || coldShare <= target.coldShare)
  );
}

/** A GPU whose speed nobody measured is not recommended by times that were measured on another. */
function cheapestOf(outcomes: readonly WarmOutcome[], target: WarmTarget): WarmOutcome | null {
  const fitting = outcomes.filter(
    (outcome) => outcome.perMonthMicros !== null && outcome.setting.gpu.speedFactor !== null && meets(outcome, target),
  );
  return fitting.reduce<WarmOutcome | null>(
    (best, outcome) => (best === null || (outcome.perMonthMicros ?? 0) < (best.perMonthMicros ?? 0) ? outcome : best),
    null,
  );
}

/** Simulates settings on one trace. */
export function evaluatorOf(trace: Trace, span: { fromMs: number; toMs: number; zone: string }) {
  const simulate = createSimulation(trace);
  const scratch = new Float64Array(trace.arrivals.length);
  const days = trace.spanMs / DAY_MS;
  return (setting: WarmSetting, withUncertainty = false): WarmOutcome => {
    const simulated = simulate(simulatedSetting(setting, span));
    const { n, cold, latencies, isCold, waits, paidMs } = simulated;
    scratch.set(latencies);
    const p95Ms = quantileOf(scratch, n, 0.95) ?? 0;
    let warm = 0;
    for (let job = 0; job < n; job++)
      if (isCold[job] === 0 && (waits[job] as number) < QUEUED_MIN_MS) scratch[warm++] = latencies[job] as number; // below n
    const p95WarmMs = quantileOf(scratch, warm, 0.95);
    const { price } = setting.gpu;
    const perMonth = (msPerDay: number, by: UnitPrice) => costOf((msPerDay / 1_000) * MONTH_DAYS, by);
    const found = withUncertainty ? uncertaintyOf(trace, simulated) : null;
    return {
      setting,
      coldShare: n === 0 ? 0 : cold / n,
      coldPerDay: cold / days,
      p95Ms,
      p95WarmMs,
      paidHoursPerDay: paidMs / days / 3_600_000,
      perMonthMicros: price === null ? null : perMonth(paidMs / days, price),
      standingPerDayMicros: price === null ? null : costOf((setting.workersMin * DAY_MS) / 1_000, price),
      uncertainty:
        found === null
          ? null
          : {
              coldShare: found.coldShare,
              p95Ms: found.p95Ms,
              perMonthMicros:
                price === null
                  ? null
                  : { low: perMonth(found.paidMsPerDay.low, price), high: perMonth(found.paidMsPerDay.high, price) },
            },
    };
  };
}

function simulatedSetting(
  setting: WarmSetting,
  span: { fromMs: number; toMs: number; zone: string },
): SimulatedSetting {
  const { scaling } = setting;
  return {
    workersMax: setting.workersMax,
    minimum: minimumSteps(setting, span),
    idleTimeoutMs: setting.idleTimeoutS * 1_000,
    scaling:
      scaling.type === "QUEUE_DELAY"
        ? { type: "QUEUE_DELAY", queueDelayMs: scaling.queueDelayS * 1_000 }
        : { type: "REQUEST_COUNT", requestCount: scaling.requestCount },
    executionFactor: setting.gpu.speedFactor ?? 1,
  };
}

/** The simulation of the present setting held against what was measured while it was in force. */
export function calibrate(measured: Measured, simulated: WarmOutcome): CalibrationRow[] {
  const rows: [CalibrationRow["what"], number | null, number | null][] = [
    ["coldShare", measured.coldShare, simulated.coldShare],
    ["p95Ms", measured.p95Ms, simulated.p95Ms],
    ["p95WarmMs", measured.p95WarmMs, simulated.p95WarmMs],
    ["perMonthMicros", measured.perMonthMicros, simulated.perMonthMicros],
    ["billedPerMonthMicros", measured.billedPerMonthMicros, simulated.perMonthMicros],
  ];
  return rows.flatMap(([what, was, is]) => {
    if (was === null || is === null) return [];
    const error = was === 0 ? null : is / was - 1;
    const isClose = what === "coldShare" && Math.abs(is - was) <= DIFFERENCE_MIN;
    const isWithin = isClose || (error === null ? is === was : Math.abs(error) <= CALIBRATION_BOUND);
    return [{ what, measured: was, simulated: is, error, isWithin }];
  });
}
