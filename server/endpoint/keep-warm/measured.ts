import type { BilledHour } from "@/db/queries/billing";
import type { WarmRequestRow } from "@/db/queries/warm-requests";
import type { EndpointSettings } from "@/server/domain/endpoint/settings";
import { MONTH_DAYS } from "@/server/domain/endpoint/standing-price";
import { quantileOf } from "@/server/domain/keep-warm/quantile";
import type { MeasuredUnder } from "@/server/domain/keep-warm/start-ups";
import type { MeasuredRequest } from "@/server/domain/keep-warm/trace";
import type { Measured } from "@/server/domain/keep-warm/what-if";
import type { Micros } from "@/server/domain/money";

const DAY_MS = 86_400_000;
const SCALING_WAIT_MS = 4_000;
/** A p95 of fewer is one of the two largest: chance. */
const P95_MIN = 40;

export function requestOf({ atMs, delayMs, executionMs, coldClass, latencyMs }: WarmRequestRow): MeasuredRequest {
  const isKnown = coldClass === "cold" || coldClass === "warm" || coldClass === "queued";
  const rest =
    latencyMs === null || delayMs === null || executionMs === null ? null : latencyMs - delayMs - executionMs;
  return {
    atMs,
    delayMs,
    executionMs,
    restMs: rest === null ? null : Math.max(0, rest),
    isCold: isKnown ? coldClass === "cold" : null,
  };
}

/** As it is set now; how many workers are kept also as it was set before, the newest first. */
export function underOf(
  { idleTimeoutS, scaling, flashboot }: EndpointSettings,
  history: readonly { at: Date; settings: Pick<EndpointSettings, "workersMin"> }[],
): MeasuredUnder {
  return {
    kept: history.map(({ at, settings }) => ({ atMs: at.getTime(), workers: settings.workersMin })).reverse(),
    idleTimeoutMs: (idleTimeoutS ?? 5) * 1_000,
    secondAfterMs:
      scaling?.type === "QUEUE_DELAY" ? scaling.queueDelayS * 1_000 : scaling === null ? SCALING_WAIT_MS : 0,
    hasFlashBoot: flashboot !== "OFF",
  };
}

/** A bill of less says little about a month. */
const BILLED_HOURS_MIN = 24;

/** What RunPod billed for workers, by the month; null: of less than a day. An hour without spend has its row too. */
export function billedPerMonth(hours: readonly BilledHour[]): Micros | null {
  if (hours.length < BILLED_HOURS_MIN) return null;
  const micros = hours.reduce((sum, { totalMicros, diskMicros }) => sum + totalMicros - diskMicros, 0);
  return Math.round((micros / hours.length) * 24 * MONTH_DAYS);
}

/** What these requests were like. `standing`: workers that are kept are in no request's cost, so that is not comparable. */
export function measuredOf(
  rows: readonly WarmRequestRow[],
  spanMs: number,
  { standing, billedPerMonthMicros }: { standing: boolean; billedPerMonthMicros: Micros | null },
): Measured {
  const known = rows.filter(({ coldClass }) => coldClass !== null && coldClass !== "unknown");
  const p95 = (of: readonly WarmRequestRow[]) => {
    const values = Float64Array.from(of.flatMap(({ latencyMs }) => latencyMs ?? []));
    return values.length < P95_MIN ? null : quantileOf(values, values.length, 0.95);
  };
  const priced = rows.filter(({ costMicros }) => costMicros !== null);
  const cost = priced.reduce((sum, { costMicros }) => sum + (costMicros ?? 0), 0);
  // A cost that some lack is scaled to all: they are alike.
  const all = priced.length === 0 || standing ? null : (cost * rows.length) / priced.length;
  return {
    n: rows.length,
    coldShare: known.length === 0 ? null : known.filter(({ coldClass }) => coldClass === "cold").length / known.length,
    p95Ms: p95(rows),
    p95WarmMs: p95(rows.filter(({ coldClass }) => coldClass === "warm")),
    perMonthMicros: all === null ? null : Math.round((all / (spanMs / DAY_MS)) * MONTH_DAYS),
    billedPerMonthMicros,
  };
}
