import { costOf, formatTotalMicros, type Micros, type UnitPrice } from "@/server/domain/money";

/** R2 bills the mean of a month's daily peaks, of thirty days. */
const DAYS_OF_MONTH = 30;
const GB = 1_000_000_000;
const MB_OF_GB = 1_000;

/** One day's part of a GB-month, for a day on which at most so much lay there. */
export function gbMonthsOfDay(sizeBytes: number): number {
  return sizeBytes / GB / DAYS_OF_MONTH;
}

/** Computed from bytes, not from the rounded quantity. */
export function costOfDay(sizeBytes: number, { micros, per }: UnitPrice): Micros {
  return costOf(sizeBytes / (GB / MB_OF_GB), { micros, per: per * DAYS_OF_MONTH * MB_OF_GB });
}

/** What of a week's storage was booked, as it is told. */
export interface StorageFacts {
  /** `disk`: pictures lie on this server's own disk, which sends no bill. */
  place: "disk" | "r2";
  classA: number;
  classB: number;
  gbMonths: number;
  micros: Micros;
}

export function storageSentence({ place, classA, classB, gbMonths, micros }: StorageFacts): string {
  const isBooked = classA + classB + gbMonths > 0;
  if (place === "disk" && !isBooked)
    return "Storage: pictures lie on this server's own disk, which costs nothing here.";
  const n = (value: number, one: string) => `${value.toLocaleString("en-US")} ${one}${value === 1 ? "" : "s"}`;
  const months = gbMonths.toLocaleString("en-US", { maximumFractionDigits: gbMonths < 1 ? 4 : 2 });
  return `Storage: R2, ${n(classA, "class A operation")}, ${n(classB, "class B operation")} and ${months} GB-months come to ${formatTotalMicros(micros)}; days are booked when they are over.`;
}
