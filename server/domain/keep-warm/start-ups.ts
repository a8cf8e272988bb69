import { seenBehindKept } from "./starts-behind-kept";
import type { MeasuredRequest } from "./trace";

/** How many values the distribution is told in. */
const VALUES = 512;

/** While somebody waited further workers may have been started; one that is still starting makes the next wait shorter. */
export const LEFTOVERS_MS = 150_000;
/** With fewer, that some waits were shortened is the smaller error. */
const SEEN_MIN = 30;

export interface Seen {
  ms: number;
  /** The start took at least so long; how long, another worker's start hid. */
  isCensored: boolean;
}

/** How the endpoint was set while it was measured. */
export interface MeasuredUnder {
  idleTimeoutMs: number;
  /** When a second worker is started beside one that starts. */
  secondAfterMs: number;
  /** FlashBoot revives parked workers in about a second; these are starts as well, though nobody calls them cold. */
  hasFlashBoot: boolean;
  /** Workers that were kept up, from each time on (milliseconds since 1970, rising); before the first: as in it. */
  kept: readonly { atMs: number; workers: number }[];
}

/**
 * How long starts take, whether or not anybody waited for their end. What requests waited is not that: where several
 * workers start, requests are served by the first, so that long starts are seen less often. So only requests that came
 * to an endpoint at rest count, and when another came soon the start is known to have taken longer than until then
 * (Kaplan and Meier 1958, https://doi.org/10.1080/01621459.1958.10501452). Where workers are kept nobody finds it at rest:
 * there the starts that a queue made tell.
 */
export function startUpsOf(sorted: readonly MeasuredRequest[], under: MeasuredUnder): number[] {
  const behindKept = seenBehindKept(sorted, under);
  const strict = [...seenAtRest(sorted, under, LEFTOVERS_MS), ...behindKept];
  const enough = strict.filter(({ isCensored }) => !isCensored).length >= SEEN_MIN;
  return valuesOf(enough ? strict : [...seenAtRest(sorted, under, 0), ...behindKept]);
}

/** How many workers were kept up then. */
export function keptAt({ kept }: Pick<MeasuredUnder, "kept">, atMs: number): number {
  let workers = kept[0]?.workers ?? 0;
  for (const step of kept) if (step.atMs <= atMs) workers = step.workers;
  return workers;
}

function seenAtRest(sorted: readonly MeasuredRequest[], under: MeasuredUnder, leftoversMs: number): Seen[] {
  const seen: Seen[] = [];
  let endedMs = Number.NEGATIVE_INFINITY;
  let waitedUntilMs = Number.NEGATIVE_INFINITY;
  for (const [index, request] of sorted.entries()) {
    const { atMs, delayMs, executionMs, isCold } = request;
    const wasAtRest = endedMs < atMs && waitedUntilMs + leftoversMs < atMs;
    const isRevived = under.hasFlashBoot && isCold === false && atMs - endedMs > under.idleTimeoutMs;
    if (wasAtRest && delayMs !== null && (isCold === true || isRevived) && keptAt(under, atMs) === 0) {
      const nextMs = (sorted[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs + under.secondAfterMs;
      seen.push({ ms: Math.min(delayMs, nextMs), isCensored: delayMs > nextMs });
    }
    const startedMs = atMs + (delayMs ?? 0);
    endedMs = Math.max(endedMs, startedMs + (executionMs ?? 0));
    if (delayMs !== null && delayMs > under.secondAfterMs) waitedUntilMs = Math.max(waitedUntilMs, startedMs);
  }
  return seen;
}

/** Evenly spaced quantiles of the product-limit estimate; what is never seen to end counts as the longest time seen. */
function valuesOf(seen: readonly Seen[]): number[] {
  if (!seen.some(({ isCensored }) => !isCensored)) return [];
  const sorted = [...seen].sort((one, other) => one.ms - other.ms || Number(one.isCensored) - Number(other.isCensored));
  const steps: { ms: number; reached: number }[] = [];
  let surviving = 1;
  for (const [index, { ms, isCensored }] of sorted.entries()) {
    if (isCensored) continue;
    surviving *= 1 - 1 / (sorted.length - index);
    steps.push({ ms, reached: 1 - surviving });
  }
  const longest = sorted.at(-1)?.ms ?? 0;
  let step = 0;
  return Array.from({ length: VALUES }, (_, index) => {
    const share = (index + 0.5) / VALUES;
    while (step < steps.length && (steps[step]?.reached ?? 1) < share) step += 1;
    return steps[step]?.ms ?? longest;
  });
}
