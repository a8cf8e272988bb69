import { formatTotal } from "@/components/format";
import type { StandingPrice } from "@/server/domain/endpoint/standing-price";
import type { Micros } from "@/server/domain/money";

export function rangeWords({ low, high }: { low: Micros; high: Micros }): string {
  return low === high ? formatTotal(low) : `${formatTotal(low)} to ${formatTotal(high)}`;
}

/** Such as "$26.40 a day, $792.00 a month". A missing price is said, never shown as nothing. */
export function standingWords({ workers, perDayMicros, perMonthMicros }: StandingPrice): string {
  if (workers === 0) return "$0.00: no worker stands";
  if (perDayMicros === null || perMonthMicros === null) return "unknown: no price is known for these GPUs";
  return `${rangeWords(perDayMicros)} a day, ${rangeWords(perMonthMicros)} a month`;
}
