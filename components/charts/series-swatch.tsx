import { LOOK_COLOURS, LOOK_DASHES, LOOK_WIDTHS, type SeriesLook } from "./chart-types";

/** A stretch of the line with its mark: square, circle, diamond. Says it again without colour. */
export function SeriesSwatch({ look }: { look: SeriesLook }) {
  const colour = LOOK_COLOURS[look];
  return (
    <svg aria-hidden="true" width="22" height="10" viewBox="0 0 22 10" className="swatch shrink-0">
      <line
        x1="0"
        y1="5"
        x2="22"
        y2="5"
        stroke={colour}
        strokeWidth={LOOK_WIDTHS[look]}
        strokeDasharray={LOOK_DASHES[look]}
      />
      {look === "scenario" ? <rect x="7.5" y="1.5" width="7" height="7" fill={colour} /> : null}
      {look === "comfyui" ? <circle cx="11" cy="5" r="3.75" fill={colour} /> : null}
      {look === "cold" ? <path d="M11 0.5 L15.5 5 L11 9.5 L6.5 5 Z" fill={colour} /> : null}
    </svg>
  );
}
