"use client";
import { formatAge, formatTime } from "@/components/format";
import { useNow } from "./use-now";
import { useShownZone } from "./use-shown-zone";

/** "4 s ago", kept true by the clock; the exact time is in the title. */
export function LiveAge({ atMs }: { atMs: number }) {
  const nowMs = useNow(1_000);
  const zone = useShownZone();
  return (
    <time dateTime={new Date(atMs).toISOString()} title={nowMs === null ? undefined : formatTime(atMs, zone)}>
      {nowMs === null ? "just now" : formatAge(atMs, nowMs)}
    </time>
  );
}
