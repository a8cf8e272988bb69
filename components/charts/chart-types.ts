/** How a series looks, in every chart, legend and print (ux.md §4): hue, shape and line, so that grey paper tells them apart. */
export type SeriesLook = "scenario" | "comfyui" | "cold" | "ink" | "ghost";

export interface ChartSeries {
  key: string;
  label: string;
  look: SeriesLook;
  kind: "line" | "bar";
}

export interface ChartRow {
  startMs: number;
  /** Null: nothing was measured, which is a gap and not a zero. */
  values: Readonly<Record<string, number | null>>;
  isRunning?: boolean;
}

export interface ChartReference {
  value: number;
  label: string;
  tone: "target" | "alert";
}

export interface ChartFlag {
  atMs: number;
  /** As it stands on the flag: `3`, or `2–4` where they would overlap. */
  label: string;
  isFilled: boolean;
}

export type ValueFormat = (value: number | null) => string;

export const LOOK_COLOURS: Record<SeriesLook, string> = {
  scenario: "var(--provider-scenario)",
  comfyui: "var(--provider-comfyui)",
  cold: "var(--cold)",
  ink: "var(--ink-2)",
  ghost: "var(--ink-3)",
};
export const LOOK_DASHES: Record<SeriesLook, string | undefined> = {
  scenario: undefined,
  comfyui: undefined,
  cold: "6 4",
  ink: undefined,
  ghost: "2 3",
};
export const LOOK_WIDTHS: Record<SeriesLook, number> = { scenario: 2, comfyui: 2.25, cold: 2, ink: 2, ghost: 1.5 };
