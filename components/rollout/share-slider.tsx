"use client";
import { cn } from "@/components/ui/cn";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { sharesWords } from "./shares-words";

const TICKS = [0, 10, 50, 100];
const PAGE = 10;
/** Half of the thumb: the ticks stand under its middle at both ends. */
const INSET_PX = 8;

interface ShareSliderProps {
  shareBp: number;
  onChange: (percent: number) => void;
  className?: string;
}

/** A native range input: arrows move it by 1, PageUp and PageDown by 10, Home and End to its ends. */
export function ShareSlider({ shareBp, onChange, className }: ShareSliderProps) {
  const percent = Math.round(shareBp / 100);
  return (
    <div className={cn("min-w-0", className)}>
      <input
        type="range"
        min={0}
        max={100}
        step={1}
        value={percent}
        aria-label={`Share of ${PROVIDER_NAMES[CANDIDATE]}`}
        aria-valuetext={sharesWords(shareBp)}
        onChange={(event) => onChange(Number(event.target.value))}
        onKeyDown={(event) => {
          if (event.key !== "PageUp" && event.key !== "PageDown") return;
          // Browsers differ in how far these go.
          event.preventDefault();
          onChange(Math.min(100, Math.max(0, percent + (event.key === "PageUp" ? PAGE : -PAGE))));
        }}
        className="m-0 h-6 w-full"
      />
      <div aria-hidden="true" className="relative h-4 text-axis text-ink-3">
        {TICKS.map((tick) => (
          <span
            key={tick}
            className="absolute -translate-x-1/2"
            style={{ left: `calc(${INSET_PX}px + (100% - ${2 * INSET_PX}px) * ${tick / 100})` }}
          >
            {tick}
          </span>
        ))}
      </div>
    </div>
  );
}
