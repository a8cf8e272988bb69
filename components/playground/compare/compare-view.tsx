"use client";
import { ActualSize } from "./actual-size";
import type { Compared, CompareMode } from "./compare-modes";
import { Difference } from "./difference";
import { SliderCompare } from "./slider-compare";

interface CompareViewProps {
  mode: Exclude<CompareMode, "side">;
  left: Compared;
  right: Compared;
}

/** Two pictures of one request, looked at together. */
export function CompareView({ mode, left, right }: CompareViewProps) {
  return (
    <section
      aria-label={`${left.name} compared with ${right.name}`}
      className="mb-4 rounded-card border border-line bg-surface p-4 md:p-5"
    >
      {mode === "slider" ? <SliderCompare left={left} right={right} /> : null}
      {mode === "difference" ? <Difference left={left} right={right} /> : null}
      {mode === "actual" ? <ActualSize left={left} right={right} /> : null}
    </section>
  );
}
