import type { Review } from "./review-type";

/** What a day's bar is made of, from the bottom up. */
export const SLICES = ["scenario", "comfyui", "cold"] as const;
export type Slice = (typeof SLICES)[number];

export const SLICE_NAMES: Record<Slice, string> = {
  scenario: "Scenario",
  comfyui: "ComfyUI",
  cold: "Cold starts",
};

export interface DaySlices {
  date: string;
  isRunning: boolean;
  slices: Record<Slice, number>;
  knownMicros: number;
  costMicros: number | null;
  baselineMicros: number | null;
}

/** The slices add up to what is known of the day's cost. */
export function daySlices({ date, isRunning, summary }: Review["costs"]["days"][number]): DaySlices {
  const { scenario, comfyui } = summary.providers;
  const cold = comfyui.parts.coldStarts;
  return {
    date,
    isRunning,
    slices: { scenario: scenario.knownMicros, comfyui: comfyui.knownMicros - cold, cold },
    knownMicros: summary.knownMicros,
    costMicros: summary.costMicros,
    baselineMicros: summary.baselineMicros,
  };
}

/** One flag a day: `2`, or `2–4` for several. */
export function dayFlags(changes: readonly { number: number; day: number }[]): { day: number; label: string }[] {
  const days = new Map<number, number[]>();
  for (const { number, day } of changes) if (day >= 0) days.set(day, [...(days.get(day) ?? []), number]);
  return [...days].map(([day, numbers]) => {
    const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
    return { day, label: first === last ? `${first}` : `${first}–${last}` };
  });
}
