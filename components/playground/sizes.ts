import { limitProblems } from "@/server/domain/generation-request";
import type { ProviderId } from "@/server/domain/vocabulary";

export interface SizePreset {
  value: string;
  label: string;
  width: number | null;
  height: number | null;
}

/** The form's own two fields say the size. */
export const CUSTOM_SIZE = "custom";

/** Null leaves the size to the provider (or, with a source picture, to that picture). */
export const SIZE_PRESETS: readonly SizePreset[] = [
  { value: "square", label: "Square 1024 × 1024", width: 1024, height: 1024 },
  { value: "portrait", label: "Portrait 832 × 1216", width: 832, height: 1216 },
  { value: "landscape", label: "Landscape 1216 × 832", width: 1216, height: 832 },
  { value: "wide", label: "Wide 1344 × 768", width: 1344, height: 768 },
  { value: "small", label: "Small 512 × 512", width: 512, height: 512 },
  { value: "thumbnail", label: "Thumbnail 128 × 128", width: 128, height: 128 },
  { value: "large", label: "Large 1536 × 1536", width: 1536, height: 1536 },
  { value: "default", label: "As the provider sets it", width: null, height: null },
];

/** The sizes that all of these providers take, and the one chosen before, so that nothing changes behind one's back. */
export function sizesFor(providers: readonly ProviderId[], chosen: string): { value: string; label: string }[] {
  const taken = SIZE_PRESETS.filter(
    ({ value, width, height }) =>
      value === chosen ||
      providers.every((provider) => limitProblems({ ...NOTHING, width, height }, provider).length === 0),
  );
  return [...taken, { value: CUSTOM_SIZE, label: "Other…" }].map(({ value, label }) => ({ value, label }));
}

const NOTHING = {
  operation: "txt2img" as const,
  prompt: null,
  negativePrompt: null,
  steps: null,
  guidance: null,
  seed: null,
  strength: null,
  count: 1,
};

/** The preset of a size, or the form's own fields when it is nobody's. */
export function sizeOf(width: number | null, height: number | null) {
  const preset = SIZE_PRESETS.find((size) => size.width === width && size.height === height);
  return preset
    ? { size: preset.value, width: "", height: "" }
    : { size: CUSTOM_SIZE, width: String(width ?? ""), height: String(height ?? "") };
}
