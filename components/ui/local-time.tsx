"use client";
import { formatDayTime, formatTime } from "@/components/format";
import { useNow } from "./use-now";

/** An absolute time in the reader's zone. The server does not know the zone, so it renders UTC and says so. */
export function LocalTime({ atMs, withZone = false }: { atMs: number; withZone?: boolean }) {
  const mounted = useNow(60_000, false) !== null;
  const format = withZone ? formatTime : formatDayTime;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()}>
      {format(atMs, mounted ? undefined : "UTC")}
    </time>
  );
}
