import { costOf, type Micros, type UnitPrice } from "@/server/domain/money";
import type { EndpointSettings, GpuOffer } from "./settings";

const HOUR_S = 3_600;
export const MONTH_DAYS = 30;

/** What a worker costs by the second, the cheapest and the dearest GPU that it may get, and where that was read. */
export interface WorkerPrice {
  low: UnitPrice;
  high: UnitPrice;
  source: string;
}

/** The price book's price for the GPU that the configuration names. */
export interface BookedPrice {
  gpuType: string;
  price: UnitPrice;
}

export interface StandingPrice {
  workers: number;
  /** Null: no price is known, which is not 0. */
  perHourMicros: { low: Micros; high: Micros } | null;
  perDayMicros: { low: Micros; high: Micros } | null;
  /** Of 30 days. */
  perMonthMicros: { low: Micros; high: Micros } | null;
  source: string;
}

const perSecond = ({ micros, per }: UnitPrice) => micros / per;

/**
 * A worker's price: what its GPU type costs where workers were seen, else the range of the endpoint's pools. `booked`
 * is the price book's for the configured GPU, for when there is no catalogue.
 */
export function workerPrice(
  settings: Pick<EndpointSettings, "gpuPools" | "gpuCount">,
  offers: readonly GpuOffer[],
  seenGpuTypes: readonly string[],
  booked: BookedPrice | null,
): WorkerPrice | null {
  const inPools = offers.filter(({ pool }) => pool !== null && settings.gpuPools.includes(pool));
  // After a change of pools, workers of the old ones may still run.
  const seen = inPools.filter(({ id }) => seenGpuTypes.includes(id));
  const priced = (seen.length > 0 ? seen : inPools).filter((offer) => offer.price !== null);
  const prices = priced.flatMap(({ price }) => (price === null ? [] : [price]));
  const sorted = [...prices].sort((one, other) => perSecond(one) - perSecond(other));
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low !== undefined && high !== undefined) {
    const source = `RunPod's price list for ${priced.map(({ name }) => name).join(", ")}`;
    return { low: times(low, settings.gpuCount), high: times(high, settings.gpuCount), source };
  }
  if (booked === null) return null;
  const price = times(booked.price, settings.gpuCount);
  return { low: price, high: price, source: `the price book for ${booked.gpuType}` };
}

const times = ({ micros, per }: UnitPrice, count: number): UnitPrice => ({ micros: micros * count, per });

/** What the workers that never stop cost, busy or not. */
export function standingPrice(workersMin: number, price: WorkerPrice | null): StandingPrice {
  const seconds = (hours: number) => hours * HOUR_S * workersMin;
  const range = (hours: number) => {
    if (workersMin === 0) return { low: 0, high: 0 };
    if (price === null) return null;
    return { low: costOf(seconds(hours), price.low), high: costOf(seconds(hours), price.high) };
  };
  return {
    workers: workersMin,
    perHourMicros: range(1),
    perDayMicros: range(24),
    perMonthMicros: range(24 * MONTH_DAYS),
    source: workersMin === 0 ? "no worker stands" : (price?.source ?? "no price is known"),
  };
}

/**
 * Images a month from which one permanent worker costs less than the control makes them for: a permanent worker is
 * paid whether it works or waits, so its images cost nothing more. Null: a price is missing.
 */
export function breakEvenImages(price: WorkerPrice | null, controlImageMicros: Micros | null): number | null {
  const month = standingPrice(1, price).perMonthMicros;
  if (month === null || controlImageMicros === null || controlImageMicros <= 0) return null;
  return Math.ceil(month.high / controlImageMicros);
}
