"use client";
import { useEffect, useRef } from "react";
import { trpc } from "@/components/trpc/client";

/** However much ends, the numbers are asked for at most this often. */
const AT_MOST_EVERY_MS = 1_000;

/** Renews the numbers as soon as something has ended, in any instance, while `on`. */
export function useLiveMetrics(on: boolean): void {
  const utils = trpc.useUtils();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const renewedAtMs = useRef(Number.NEGATIVE_INFINITY);
  const renew = () => {
    if (timer.current !== null) return;
    // The first end after a quiet time is seen at once; those that follow close behind wait their turn together.
    const waitMs = Math.max(0, renewedAtMs.current + AT_MOST_EVERY_MS - performance.now());
    timer.current = setTimeout(() => {
      timer.current = null;
      renewedAtMs.current = performance.now();
      void utils.metrics.invalidate();
      void utils.generations.list.invalidate();
    }, waitMs);
  };
  trpc.metrics.ended.useSubscription(undefined, { enabled: on, onData: renew });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
}
