"use client";
import { useRouter } from "next/navigation";
import { useZone } from "@/components/charts/use-zone";
import { useEnvironment } from "@/components/frame/environment";
import type { TimeViewState } from "@/components/time/use-time-view";
import { sourceQuery } from "./source-query";

/** What the charts of a page share: their time axis, and where a press on a point leads. */
export function useChartFrame(time: TimeViewState) {
  const router = useRouter();
  const { hrefIn } = useEnvironment();
  const { plan, view, select, input } = time;
  const sources = sourceQuery(input.populations);
  const zone = useZone(view.tz, plan.toMs - plan.fromMs);
  return {
    axis: { fromMs: plan.fromMs, toMs: plan.toMs, bucketMs: plan.bucketMs },
    zone,
    onSelect: select,
    /** Opens Generations with the bucket's generations; `query` narrows them, such as `&provider=comfyui`. */
    open: (query: string) => (startMs: number) => {
      const from = new Date(startMs).toISOString();
      const to = new Date(startMs + plan.bucketMs).toISOString();
      router.push(hrefIn(`/generations?from=${from}&to=${to}${query}${sources}`));
    },
  };
}
export type ChartFrame = ReturnType<typeof useChartFrame>;
