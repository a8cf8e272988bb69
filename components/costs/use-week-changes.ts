"use client";
import { trpc } from "@/components/trpc/client";
import type { Review } from "./review-type";

/** More would push a printed week onto a second page. */
const SHOWN = 10;

/** What was changed or went wrong in the week, the newest, numbered as the flags on the days are. */
export function useWeekChanges({ environment, costs: { fromMs, toMs, days } }: Review) {
  const { data } = trpc.metrics.annotations.useQuery({ environment, fromMs, toMs });
  const newest = data?.listed.slice(-SHOWN) ?? [];
  return {
    shown: SHOWN,
    older: (data?.listed.length ?? 0) - newest.length + (data?.omitted ?? 0),
    changes: newest.map((change, index) => ({
      ...change,
      number: index + 1,
      day: days.findIndex((day) => day.fromMs <= change.atMs && change.atMs < day.toMs),
    })),
  };
}
