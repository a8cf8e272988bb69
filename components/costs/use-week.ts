"use client";
import { useQueryStates } from "nuqs";
import { useState, useSyncExternalStore } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { addWeeks, formatIsoWeek, isoWeekAt, parseIsoWeek } from "@/server/domain/iso-week";
import { weekParsers } from "./week-view";

const never = () => () => undefined;
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The week and the zone from the address. `timeZone` is null on the server where it is the reader's own: only the browser knows it. */
export function useWeek(renderedAtMs: number) {
  const { name: environment } = useEnvironment();
  const [view, setView] = useQueryStates(weekParsers, { history: "push" });
  const [nowMs] = useState(renderedAtMs);
  const own = useSyncExternalStore<string | null>(never, ownZone, () => null);
  const timeZone = view.tz === "utc" ? "UTC" : own;
  const current = formatIsoWeek(isoWeekAt(nowMs, timeZone ?? "UTC"));
  const week = view.week ?? current;
  return {
    view,
    setView,
    environment,
    timeZone,
    week,
    current,
    nowMs,
    show: (next: string) => void setView({ week: next === current ? null : next }),
    move: (count: number) => {
      const parsed = parseIsoWeek(week);
      if ("rule" in parsed) return;
      const next = formatIsoWeek(addWeeks(parsed, count));
      void setView({ week: next === current ? null : next });
    },
  };
}
export type WeekState = ReturnType<typeof useWeek>;
