"use client";
import { useQueryStates } from "nuqs";
import { useEffect, useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { fixedWindow, metricsInput, planOf, REFRESH_MS, timeParsers } from "./time-view";

/** How often the window's end follows the clock; numbers come sooner, with every generation that ends. */
const FOLLOW_MS = 10_000;

/**
 * The view of time from the address, and the questions that follow from it. `renderedAtMs` is the server's time of the
 * prefetch, so that the first question here is the one already answered.
 */
export function useTimeView(renderedAtMs: number) {
  const environment = useEnvironment();
  const [view, setView] = useQueryStates(timeParsers, { history: "push" });
  const [nowMs, setNowMs] = useState(renderedAtMs);
  const fixed = fixedWindow(view);
  const refreshMs = fixed === null ? REFRESH_MS[view.refresh] : null;
  useEffect(() => {
    if (refreshMs === null) return;
    const timer = setInterval(() => setNowMs(Date.now()), Math.min(FOLLOW_MS, refreshMs));
    return () => clearInterval(timer);
  }, [refreshMs]);
  return {
    view,
    setView,
    fixed,
    refreshMs,
    plan: planOf(view, nowMs),
    input: metricsInput(environment.name, view, nowMs),
    nowMs,
    follow: () => setNowMs(Date.now()),
    /** Shows exactly this time, and stands still. */
    select: (window: { fromMs: number; toMs: number }) =>
      void setView({ from: Math.round(window.fromMs), to: Math.round(window.toMs) }),
  };
}
export type TimeViewState = ReturnType<typeof useTimeView>;
