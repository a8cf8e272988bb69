import { StratifiedStream } from "./random";

export interface Quantiles {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

/** The owner's rollout plan, "Expected Performance": what each class of job must look like. */
export const PLAN: Record<LatencyClass, Quantiles> = {
  scenario: { p50Ms: 3_000, p95Ms: 8_000, p99Ms: 15_000 },
  warm: { p50Ms: 3_000, p95Ms: 6_000, p99Ms: 10_000 },
  cold: { p50Ms: 45_000, p95Ms: 90_000, p99Ms: 120_000 },
};

export type LatencyClass = "scenario" | "warm" | "cold";

const Z95 = 1.6448536269514722;
const Z99 = 2.3263478740408408;

/**
 * The latency at probability u. A log-normal has two parameters and the plan gives three quantiles, so no log-normal
 * meets them (fitted to p50 and p95, Scenario's p99 would be 12.0 s instead of 15 s and warm's 8.0 s instead of 10 s).
 * Here the logarithm is a monotone cubic in the normal score through all three points: a log-normal with the plan's
 * sigma below the median (0.60, 0.42, 0.42), a heavier tail above p95, straight (so log-normal again) beyond p99.
 */
export function quantileFunction({ p50Ms, p95Ms, p99Ms }: Quantiles): (u: number) => number {
  const [y0, y1, y2] = [Math.log(p50Ms), Math.log(p95Ms), Math.log(p99Ms)];
  const body = (y1 - y0) / Z95;
  const tail = (y2 - y1) / (Z99 - Z95);
  // The harmonic mean keeps the cubic monotone where the slope changes (Fritsch and Butland).
  const middle = (2 * body * tail) / (body + tail);
  return (u) => {
    const z = normalScore(Math.min(Math.max(u, 0.0002), 0.9998));
    if (z <= 0) return Math.exp(y0 + body * z);
    if (z <= Z95) return Math.exp(hermite(z / Z95, y0, y1, body * Z95, middle * Z95));
    if (z <= Z99) {
      const width = Z99 - Z95;
      return Math.exp(hermite((z - Z95) / width, y1, y2, middle * width, tail * width));
    }
    return Math.exp(y2 + tail * (z - Z99));
  };
}

function hermite(t: number, from: number, to: number, slopeFrom: number, slopeTo: number): number {
  const t2 = t * t;
  const t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * from + (t3 - 2 * t2 + t) * slopeFrom + (3 * t2 - 2 * t3) * to + (t3 - t2) * slopeTo;
}

/** Inverse of the normal distribution function (Acklam's rational approximation, relative error below 1.2e-9). */
export function normalScore(p: number): number {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
  const horner = (terms: number[], x: number) => terms.reduce((sum, term) => sum * x + term, 0);
  if (p > 1 - 0.02425) return -normalScore(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(c, q) / horner(d, q);
  }
  const q = p - 0.5;
  return (horner(a, q * q) * q) / horner(b, q * q);
}

/** Draws what a provider takes: for RunPod delay plus execution of a job alone, for Scenario queued to success. */
export class LatencyModel {
  private readonly streams: Record<LatencyClass, StratifiedStream>;
  private readonly curves: Record<LatencyClass, (u: number) => number>;

  constructor(seed: number, plan: Record<LatencyClass, Quantiles> = PLAN) {
    this.streams = {
      scenario: new StratifiedStream(seed, "scenario"),
      warm: new StratifiedStream(seed, "warm"),
      cold: new StratifiedStream(seed, "cold"),
    };
    this.curves = {
      scenario: quantileFunction(plan.scenario),
      warm: quantileFunction(plan.warm),
      cold: quantileFunction(plan.cold),
    };
  }

  drawMs(latencyClass: LatencyClass): number {
    return Math.round(this.curves[latencyClass](this.streams[latencyClass].next()));
  }
}
