"use client";
import { useSearchParams } from "next/navigation";
import { useNow } from "./use-now";

/**
 * The zone in which absolute times are shown: UTC where the address says so (`tz=utc`), else the reader's own, which is
 * undefined. The server does not know that one, so until the page lives it is UTC as well.
 */
export function useShownZone(): "UTC" | undefined {
  const isAlive = useNow(60_000, false) !== null;
  const isUtc = useSearchParams()?.get("tz") === "utc";
  return isAlive && !isUtc ? undefined : "UTC";
}
