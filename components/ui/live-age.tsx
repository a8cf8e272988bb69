"use client";
import { formatAge, formatTime } from "@/components/format";
import { useNow } from "./use-now";

/** "4 s ago", kept true by the clock; the exact time is in the title. */
export function LiveAge({ atMs }: { atMs: number }) {
  const nowMs = useNow(1_000);
  return (
    <time dateTime={new Date(atMs).toISOString()} title={nowMs === null ? undefined : formatTime(atMs)}>
      {nowMs === null ? "just now" : formatAge(atMs, nowMs)}
    </time>
  );
}
