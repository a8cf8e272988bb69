import { formatCount, formatLatency, formatRate } from "@/components/format";
import type { VerdictUnit } from "@/server/domain/statistics/verdict";
import { pointsWords } from "@/server/domain/statistics/words";
import type { Gate } from "./use-phases";

/** One number of a gate in its unit. */
export function measureWords(unit: VerdictUnit, value: number | null): string {
  if (value === null) return "–";
  if (unit === "rate") return formatRate(value);
  if (unit === "points") return pointsWords(value);
  if (unit === "ms") return formatLatency(value);
  if (unit === "fact") return value === 1 ? "Yes" : "No";
  return formatCount(value);
}

/** The interval with its method; null where nothing was estimated. An open end is said to be open. */
export function intervalWords({ unit, interval, method }: Gate["verdict"]): string | null {
  if (interval === null) return null;
  const ends = `${measureWords(unit, interval.low)} to ${measureWords(unit, interval.high)}`;
  return method === null ? ends : `${ends} (${method})`;
}

/** What a gate says of the step, in two words. */
export function resultWords({ green, verdict }: Pick<Gate, "green" | "verdict">): string {
  if (green) return "Pass";
  if (verdict.kind === "proved_bad") return "Fail";
  return verdict.kind === "no_data" ? "No data" : "Not proved yet";
}

/** The generations behind a gate, as an address of the Generations page. */
export function rowsHref(link: NonNullable<Gate["link"]>): string {
  const query = new URLSearchParams({ provider: link.providers.join(","), source: link.sources.join(",") });
  if (link.coldClasses && link.coldClasses.length > 0) query.set("temp", link.coldClasses.join(","));
  query.set("from", new Date(link.fromMs).toISOString());
  query.set("to", new Date(link.toMs).toISOString());
  return `/generations?${query}`;
}
