"use client";
import { formatDayTime, formatTime } from "@/components/format";
import { useNow } from "./use-now";

interface LocalTimeProps {
  atMs: number;
  withZone?: boolean;
  /** In UTC instead, where the view asks for it. */
  utc?: boolean;
}

/** An absolute time in the reader's zone. The server does not know the zone, so it renders UTC and says so. */
export function LocalTime({ atMs, withZone = false, utc = false }: LocalTimeProps) {
  const mounted = useNow(60_000, false) !== null;
  const format = withZone ? formatTime : formatDayTime;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()}>
      {format(atMs, mounted && !utc ? undefined : "UTC")}
    </time>
  );
}
