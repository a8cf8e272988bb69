"use client";
import { formatDayTime, formatTime } from "@/components/format";
import { useShownZone } from "./use-shown-zone";

/** An absolute time in the zone that the view shows. */
export function LocalTime({ atMs, withZone = false }: { atMs: number; withZone?: boolean }) {
  const zone = useShownZone();
  const format = withZone ? formatTime : formatDayTime;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()}>
      {format(atMs, zone)}
    </time>
  );
}
