"use client";
import { useKeys } from "@/components/frame/single-keys";
import { Segmented } from "@/components/ui/segmented";
import { COMPARE_MODES, COMPARE_WORDS, type CompareMode, nextMode } from "./compare-modes";

interface CompareToolbarProps {
  mode: CompareMode;
  onMode: (mode: CompareMode) => void;
}

/** How the two pictures are looked at; `c` goes to the next way. */
export function CompareToolbar({ mode, onMode }: CompareToolbarProps) {
  useKeys({ c: () => onMode(nextMode(mode)) });
  return (
    <Segmented
      label="Compare"
      labelHidden
      value={mode}
      onChange={onMode}
      options={COMPARE_MODES.map((value) => ({ value, label: COMPARE_WORDS[value] }))}
      className="mb-4 md:w-fit"
    />
  );
}
