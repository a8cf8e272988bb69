"use client";
import { useNow } from "./use-now";

/** `14:02` in the reader's zone. The server does not know the zone, so it renders UTC and says so. */
export function ClockTime({ atMs }: { atMs: number }) {
  const mounted = useNow(60_000, false) !== null;
  const text = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: mounted ? undefined : "UTC",
    timeZoneName: mounted ? undefined : "short",
  }).format(atMs);
  return (
    <time dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()}>
      {text}
    </time>
  );
}
