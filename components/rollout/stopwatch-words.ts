import { formatPart } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";

export type HistoryEntry = RouterOutputs["rollout"]["history"][number];
export type Stopwatch = NonNullable<HistoryEntry["stopwatch"]>;

/** "closed in 38 ms; 3 in flight finished there; 0 leaked": how a rollback went, from recorded rows. */
export function stopwatchWords(stopwatch: Stopwatch): string {
  const { committedMs, inFlight, inFlightEnded, leaked } = stopwatch;
  return [`closed in ${formatPart(committedMs)}`, inFlightWords(inFlight, inFlightEnded), `${leaked} leaked`].join(
    "; ",
  );
}

function inFlightWords(inFlight: number, ended: number): string {
  if (inFlight === 0) return "none in flight";
  if (ended >= inFlight) return `${inFlight} in flight finished there`;
  return ended === 0
    ? `${inFlight} in flight finish there`
    : `${inFlight - ended} of ${inFlight} in flight finish there`;
}

/** Where on the stopwatch something happened; its zero is the press. */
export function momentWords(ms: number | null): string {
  if (ms === null) return "none seen";
  return ms < 0 ? `${formatPart(-ms)} before the press` : `${formatPart(ms)} after the press`;
}
