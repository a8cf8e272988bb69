import type { ProviderClock } from "../settings";
import type { RunpodManagement } from "./api";
import type { BillingRecord } from "./transform";

const HOUR_MS = 3_600_000;

/**
 * A sandbox that runs faster than we do bills in hours of its own, sixty or so in one of ours. Here the bill is asked for
 * in our hours, and what was billed within one of them is told as that hour's: a sandbox's hour over the edge of ours
 * counts to where its middle is. Everything else is left as it is.
 */
export function inOurTime(management: RunpodManagement, { factor, startedAtMs }: ProviderClock): RunpodManagement {
  const toTheirs = (ms: number) => startedAtMs + (ms - startedAtMs) * factor;
  const toOurs = (ms: number) => startedAtMs + (ms - startedAtMs) / factor;
  const hourOf = ({ fromMs, toMs }: BillingRecord) => Math.floor(toOurs((fromMs + toMs) / 2) / HOUR_MS) * HOUR_MS;
  return {
    ...management,
    async billing(window, options) {
      // Before the sandbox began it had no time at all: nothing is asked for from then. An hour more at each end, for
      // those over the edge.
      const fromMs = Math.max(startedAtMs - HOUR_MS, toTheirs(window.fromMs) - HOUR_MS);
      const toMs = toTheirs(window.toMs) + HOUR_MS;
      if (toMs <= fromMs) return [];
      const hours = new Map<number, BillingRecord>();
      for (const record of await management.billing({ fromMs, toMs }, options)) {
        const hourMs = hourOf(record);
        if (hourMs < window.fromMs || hourMs >= window.toMs) continue;
        const before = hours.get(hourMs);
        hours.set(
          hourMs,
          before === undefined ? { ...record, fromMs: hourMs, toMs: hourMs + HOUR_MS } : sum(before, record),
        );
      }
      return [...hours.values()].sort((one, other) => one.fromMs - other.fromMs);
    },
  };
}

function sum(one: BillingRecord, other: BillingRecord): BillingRecord {
  return {
    ...one,
    totalMicros: one.totalMicros + other.totalMicros,
    gpuMicros: one.gpuMicros + other.gpuMicros,
    cpuMicros: one.cpuMicros + other.cpuMicros,
    diskMicros: one.diskMicros + other.diskMicros,
    feeMicros: one.feeMicros + other.feeMicros,
  };
}
