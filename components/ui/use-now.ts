"use client";
import { useEffect, useState } from "react";

/**
 * The time, renewed every `everyMs` while mounted. Null on the server and in the first render, whose clock and
 * zone are not the reader's: what shows it must say something true without it.
 */
export function useNow(everyMs: number, running = true): number | null {
  const [nowMs, setNowMs] = useState<number | null>(null);
  useEffect(() => {
    setNowMs(Date.now());
    if (!running) return;
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return nowMs;
}
