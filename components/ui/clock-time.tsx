"use client";
import { useShownZone } from "./use-shown-zone";

/** `14:02` in the zone that the view shows; any but the reader's own is named. */
export function ClockTime({ atMs }: { atMs: number }) {
  const timeZone = useShownZone();
  const text = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
    timeZoneName: timeZone ? "short" : undefined,
  }).format(atMs);
  return (
    <time dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()}>
      {text}
    </time>
  );
}
