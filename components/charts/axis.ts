import type { ChartRow, ChartSeries } from "./chart-types";

/** 1, 2, 5, 10 … in milliseconds, from a tenth of a second to a quarter of an hour. */
const LADDER_MS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];

export interface Axis {
  domain: [number, number];
  ticks: number[];
}

function valuesOf(rows: readonly ChartRow[], series: readonly ChartSeries[]): number[] {
  return rows.flatMap((row) => series.map(({ key }) => row.values[key] ?? null)).filter((value) => value !== null);
}

/** Latency: warm and cold differ tenfold, so the steps are 1 2 5; at least from 1 s to 20 s, wider where the data is. */
export function logAxis(rows: readonly ChartRow[], series: readonly ChartSeries[], always: readonly number[]): Axis {
  const values = [...valuesOf(rows, series), ...always, 1_000, 20_000].filter((value) => value > 0);
  const least = Math.min(...values);
  const most = Math.max(...values);
  const low = LADDER_MS.findLast((step) => step <= least) ?? LADDER_MS[0] ?? 100;
  const high = LADDER_MS.find((step) => step >= most) ?? LADDER_MS.at(-1) ?? 1_000_000;
  return { domain: [low, high], ticks: LADDER_MS.filter((step) => step >= low && step <= high) };
}

/** From zero to a round number above the largest value, in about four steps. */
export function linearAxis(
  rows: readonly ChartRow[],
  series: readonly ChartSeries[],
  options: { stacked?: boolean; always?: readonly number[]; most?: number } = {},
): Axis {
  const stacked = options.stacked
    ? rows.map((row) => series.reduce((sum, { key }) => sum + Math.max(0, row.values[key] ?? 0), 0))
    : valuesOf(rows, series);
  const largest = Math.max(0, ...stacked, ...(options.always ?? []));
  if (largest === 0) return { domain: [0, 1], ticks: [0, 1] };
  const rough = largest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const top = Math.min(options.most ?? Number.POSITIVE_INFINITY, Math.ceil(largest / step - 1e-9) * step);
  const ticks = Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, index) => index * step);
  if ((ticks.at(-1) ?? 0) < top) ticks.push(top);
  return { domain: [0, top], ticks };
}

const HOUR_MS = 3_600_000;
const TIME_STEPS_MS = [
  60_000,
  300_000,
  600_000,
  900_000,
  1_800_000,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  48 * HOUR_MS,
  168 * HOUR_MS,
  336 * HOUR_MS,
  720 * HOUR_MS,
  2_160 * HOUR_MS,
];

/** Round times of the reader's zone within the window, about as many as asked for. `offsetMs`: the zone's, east positive. */
export function timeTicks(fromMs: number, toMs: number, wanted: number, offsetMs: number): number[] {
  const step = TIME_STEPS_MS.find((candidate) => (toMs - fromMs) / candidate <= wanted) ?? toMs - fromMs;
  const first = Math.ceil((fromMs + offsetMs) / step) * step - offsetMs;
  const ticks: number[] = [];
  for (let at = first; at <= toMs; at += step) ticks.push(at);
  return ticks;
}

/** `14:00` within a day or two, `25 Nov` beyond. */
export function timeTickWords(atMs: number, windowMs: number, timeZone: string | undefined): string {
  const options: Intl.DateTimeFormatOptions =
    windowMs <= 49 * HOUR_MS
      ? { hour: "2-digit", minute: "2-digit", timeZone }
      : windowMs <= 200 * 24 * HOUR_MS
        ? { day: "numeric", month: "short", timeZone }
        : { month: "short", year: "2-digit", timeZone };
  return new Intl.DateTimeFormat("en-GB", options).format(atMs);
}
