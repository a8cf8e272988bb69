"use client";
import { useEffect, useRef } from "react";
import { trpc } from "@/components/trpc/client";

/** However much ends, the newest page is asked for at most this often. */
const AT_MOST_EVERY_MS = 1_000;

/** Calls `renew` soon after something has ended, in any instance, while `on`. */
export function useLiveList(on: boolean, renew: () => void): void {
  const latest = useRef(renew);
  useEffect(() => {
    latest.current = renew;
  });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  trpc.metrics.ended.useSubscription(undefined, {
    enabled: on,
    onData: () => {
      if (timer.current !== null) return;
      timer.current = setTimeout(() => {
        timer.current = null;
        latest.current();
      }, AT_MOST_EVERY_MS);
    },
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
}
