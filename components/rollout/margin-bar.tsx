import type { Verdict } from "@/server/domain/statistics/verdict";

const WIDTH = 240;
const PAD = 8;
/** Points that are always in sight, so that a narrow interval does not fill the picture. */
const LEAST = 0.05;

/** A difference with its interval against the margin line and zero. The same numbers stand beside it as text. */
export function MarginBar({ verdict }: { verdict: Pick<Verdict, "value" | "interval" | "threshold"> }) {
  const { value, interval, threshold } = verdict;
  if (value === null || interval === null) return null;
  const low = interval.low ?? -1;
  const high = interval.high ?? 1;
  const reach = Math.max(LEAST, Math.abs(low), Math.abs(high), Math.abs(threshold ?? 0)) * 1.1;
  const x = (points: number) => PAD + ((points + reach) / (2 * reach)) * (WIDTH - 2 * PAD);
  return (
    <svg aria-hidden="true" width={WIDTH} height={18} viewBox={`0 0 ${WIDTH} 18`} className="my-1 block max-w-full">
      <line x1={x(0)} x2={x(0)} y1={1} y2={17} className="stroke-line" />
      {threshold === null ? null : (
        <line
          x1={x(threshold)}
          x2={x(threshold)}
          y1={1}
          y2={17}
          strokeDasharray="2 3"
          strokeWidth={1.5}
          className="stroke-ink-1"
        />
      )}
      <line x1={x(low)} x2={x(high)} y1={9} y2={9} strokeWidth={4} className="stroke-edge" />
      <circle cx={x(value)} cy={9} r={4} className="fill-ink-1" />
    </svg>
  );
}
