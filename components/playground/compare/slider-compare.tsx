"use client";
import { useState } from "react";
import type { Compared } from "./compare-modes";
import { StackedPicture } from "./stacked-picture";

/** One picture over the other, with an edge that moves: by dragging, by a press anywhere, and by the arrow keys. */
export function SliderCompare({ left, right }: { left: Compared; right: Compared }) {
  const [share, setShare] = useState(50);
  return (
    <figure className="m-0 flex flex-col gap-2">
      <div
        className="checkerboard relative mx-auto w-full max-w-[720px] overflow-hidden rounded-button border border-line has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
        style={{ aspectRatio: `${left.image.width} / ${left.image.height}` }}
      >
        <StackedPicture of={left} />
        <StackedPicture of={right} clipPath={`inset(0 0 0 ${share}%)`} />
        <span
          aria-hidden="true"
          className="absolute inset-y-0 w-0.5 -translate-x-px bg-surface shadow-[0_0_0_1px_var(--ink-1)]"
          style={{ left: `${share}%` }}
        />
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={share}
          onChange={(event) => setShare(Number(event.target.value))}
          aria-label={`How much of ${left.name} is shown`}
          aria-valuetext={`${share}% ${left.name}, ${100 - share}% ${right.name}`}
          className="compare-range absolute inset-0 m-0 size-full cursor-ew-resize touch-pan-y opacity-0"
        />
      </div>
      <figcaption className="flex justify-between text-small text-ink-2">
        <span>{left.name}</span>
        <span>{right.name}</span>
      </figcaption>
    </figure>
  );
}
