"use client";
import { useMemo } from "react";
import type { Zone } from "@/components/time/time-view";
import { useNow } from "@/components/ui/use-now";

/** How times are written in charts and tables; the zone's name stands once, in the note. */
export function useZone(zone: Zone, windowMs: number) {
  // The server does not know the reader's zone: until the page lives it is UTC for both.
  const isUtc = useNow(60_000, false) === null || zone === "utc";
  return useMemo(() => {
    const timeZone = isUtc ? "UTC" : undefined;
    const offsetMs = isUtc ? 0 : -new Date().getTimezoneOffset() * 60_000;
    const short = windowMs <= 49 * 3_600_000;
    const format = new Intl.DateTimeFormat("en-GB", {
      ...(short ? { weekday: "short" } : { day: "numeric", month: "short" }),
      hour: "2-digit",
      minute: "2-digit",
      timeZone,
    });
    return { timeZone, offsetMs, timeWords: (atMs: number) => format.format(atMs).replace(",", "") };
  }, [isUtc, windowMs]);
}
