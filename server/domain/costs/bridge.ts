import type { Micros } from "@/server/domain/money";
import { COST_PART_NAMES, type CostPart } from "./accounts";
import type { CostSummary } from "./figures";

export interface BridgeStep {
  /** `controlDifference` is in weeks that were signed before 26 November 2026 alone. */
  key: "baseline" | "moved" | "controlDifference" | CostPart | "actual";
  name: string;
  /** What it adds; the whole for the two ends. */
  micros: Micros;
  /** Where the sum stands after it. */
  afterMicros: Micros;
}

const AFTER_COMPUTE = ["coldStarts", "idle", "unsuccessful", "trials", "standing", "storage", "unexplained"] as const;

/**
 * From what the control alone would have cost to what was paid; what the control made is the same in both. The steps between the ends add up to their difference,
 * to the micro. Null where a cost or a baseline is unknown.
 */
export function bridgeOf(summary: CostSummary): BridgeStep[] | null {
  const { comfyui } = summary.providers;
  const { baselineMicros, costMicros } = summary;
  if (baselineMicros === null || costMicros === null) return null;
  const changes: [BridgeStep["key"], string, Micros][] = [
    ["moved", "Moved to ComfyUI", -(comfyui.baselineMicros ?? 0)],
    ["compute", "ComfyUI compute", comfyui.parts.compute + comfyui.parts.fallback],
    ...AFTER_COMPUTE.map((part): [CostPart, string, Micros] => [part, COST_PART_NAMES[part], comfyui.parts[part]]),
  ];
  let afterMicros = baselineMicros;
  const steps = changes.map(([key, name, micros]): BridgeStep => {
    afterMicros += micros;
    return { key, name, micros, afterMicros };
  });
  return [
    { key: "baseline", name: "Scenario alone", micros: baselineMicros, afterMicros: baselineMicros },
    ...steps,
    { key: "actual", name: "Actual", micros: costMicros, afterMicros: costMicros },
  ];
}
