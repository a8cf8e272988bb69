import { formatTotalMicros, type Micros } from "@/server/domain/money";

/** A day of RunPod's bill; null: no hour of it is told. */
export interface BilledDay {
  date: string;
  billedMicros: Micros | null;
  /** Of the hours that are billed. */
  explainedMicros: Micros;
}

/** How far a week's costs rest on RunPod's bill. It is of the endpoint, with all environments that share it. */
export interface WeekBill {
  days: BilledDay[];
  billedHours: number;
  /** Hours with costs that no bill has settled yet: until it has, those are estimates. */
  openHours: number;
  billedMicros: Micros;
  explainedMicros: Micros;
  unexplainedMicros: Micros;
  /** Explained ÷ billed; null without a bill. */
  captureRate: number | null;
  /** Hours that were billed otherwise before. */
  corrections: number;
}

const hours = (n: number) => `${n.toLocaleString("en-US")} ${n === 1 ? "hour" : "hours"}`;

/** Null: there was nothing to bill. */
export function billSentence({ billedHours, openHours, captureRate, ...bill }: WeekBill): string | null {
  const open = openHours === 0 ? "" : ` ${hours(openHours)} with costs wait for their bill, so they are estimates.`;
  if (billedHours === 0) return openHours === 0 ? null : `RunPod has billed nothing of it yet.${open}`;
  const rate = captureRate === null ? "" : `, capture rate ${(captureRate * 100).toFixed(2)}%`;
  const of = `explained ${formatTotalMicros(bill.explainedMicros)}${rate}, not explained ${formatTotalMicros(bill.unexplainedMicros)}`;
  return `RunPod billed ${formatTotalMicros(bill.billedMicros)} in ${hours(billedHours)}: ${of}.${open}`;
}
