import type { GenerationImage } from "@/server/domain/generation-view";

export const COMPARE_MODES = ["side", "slider", "difference", "actual"] as const;
export type CompareMode = (typeof COMPARE_MODES)[number];

export const COMPARE_WORDS: Record<CompareMode, string> = {
  side: "Side by side",
  slider: "Slider",
  difference: "Difference",
  actual: "1:1",
};

/** One of the two pictures that are compared. */
export interface Compared {
  name: string;
  image: GenerationImage;
  alt: string;
}

export function nextMode(mode: CompareMode): CompareMode {
  return COMPARE_MODES[(COMPARE_MODES.indexOf(mode) + 1) % COMPARE_MODES.length] ?? "side";
}
