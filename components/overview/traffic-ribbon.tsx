import { useId } from "react";
import { formatShareBp } from "@/components/format";
import { SplitBar } from "@/components/frame/split-bar";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { RIBBON_HEIGHT, RIBBON_WIDTH, type RibbonShape, ribbonShapes } from "./ribbon-geometry";

const ALL = 10_000;
/** At this rate a dash takes the slowest time; busier streams drift faster, down to a second. */
const SLOWEST_S = 6;

interface TrafficRibbonProps {
  candidateShareBp: number;
  requestsPerHour: number;
}

/** One stream of requests that splits in two. The same facts stand beside it as text. */
export function TrafficRibbon({ candidateShareBp, requestsPerHour }: TrafficRibbonProps) {
  const id = useId();
  const shapes = ribbonShapes(candidateShareBp);
  const label = `${PROVIDER_NAMES.scenario} ${formatShareBp(ALL - candidateShareBp)}, ${PROVIDER_NAMES.comfyui} ${formatShareBp(candidateShareBp)} of traffic`;
  const durationS = Math.max(1, SLOWEST_S - Math.log10(1 + requestsPerHour) * 1.5);
  return (
    <>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${RIBBON_WIDTH} ${RIBBON_HEIGHT}`}
        preserveAspectRatio="none"
        className="hidden h-23 w-full md:block"
      >
        <defs>
          <Fade id={`${id}-control`} className="[stop-color:var(--provider-scenario)]" />
          <Fade id={`${id}-candidate`} className="[stop-color:var(--provider-comfyui)]" />
        </defs>
        {shapes.control ? (
          <Ribbon
            shape={shapes.control}
            fill={`url(#${id}-control)`}
            moving={requestsPerHour > 0}
            durationS={durationS}
          />
        ) : null}
        {shapes.candidate ? (
          <Ribbon
            shape={shapes.candidate}
            fill={`url(#${id}-candidate)`}
            moving={requestsPerHour > 0}
            durationS={durationS}
          />
        ) : null}
      </svg>
      <div className="md:hidden">
        <SplitBar candidateShareBp={candidateShareBp} className="h-6 rounded-control" />
      </div>
    </>
  );
}

/** Grey while it is only a request, coloured once it has a destination. */
function Fade({ id, className }: { id: string; className: string }) {
  return (
    <linearGradient id={id} gradientUnits="userSpaceOnUse" x1="0" y1="0" x2={RIBBON_WIDTH} y2="0">
      <stop offset="0" className="[stop-color:var(--line)]" />
      <stop offset="0.12" className="[stop-color:var(--line)]" />
      <stop offset="0.34" className={className} />
    </linearGradient>
  );
}

interface RibbonProps {
  shape: RibbonShape;
  fill: string;
  moving: boolean;
  durationS: number;
}

function Ribbon({ shape, fill, moving, durationS }: RibbonProps) {
  return (
    <g>
      <path d={shape.outline} fill={fill} className="transition-[d] duration-320" />
      {shape.lanes.map((lane, index) => (
        <path
          key={lane}
          d={lane}
          fill="none"
          strokeWidth="1.5"
          strokeDasharray="4 30"
          strokeDashoffset={(index * 13) % 34}
          className={moving ? "animate-drift stroke-surface opacity-60" : "stroke-surface opacity-60"}
          style={{ animationDuration: `${durationS}s`, animationDelay: `${-(index * 0.7) % durationS}s` }}
        />
      ))}
    </g>
  );
}
