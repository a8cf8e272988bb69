export const RIBBON_WIDTH = 320;
export const RIBBON_HEIGHT = 92;
const STREAM = 56;
/** A share that exists is seen, however small. */
const LEAST = 4;
const ALL = 10_000;
const LANE_APART = 9;

export interface RibbonShape {
  /** Closed outline. */
  outline: string;
  /** Lines inside the outline on which the dashes drift. */
  lanes: string[];
  thickness: number;
}

/** The two ribbons of a split, in the box of RIBBON_WIDTH × RIBBON_HEIGHT; null for a side that gets nothing. */
export function ribbonShapes(candidateShareBp: number): { control: RibbonShape | null; candidate: RibbonShape | null } {
  const top = (RIBBON_HEIGHT - STREAM) / 2;
  if (candidateShareBp <= 0) return { control: shape(top, top, STREAM), candidate: null };
  if (candidateShareBp >= ALL) return { control: null, candidate: shape(top, top, STREAM) };
  const exact = (STREAM * candidateShareBp) / ALL;
  const candidate = Math.min(Math.max(exact, LEAST), STREAM - LEAST);
  const control = STREAM - candidate;
  return {
    control: shape(top, 0, control),
    candidate: shape(top + control, RIBBON_HEIGHT - candidate, candidate),
  };
}

function shape(leftTop: number, rightTop: number, thickness: number): RibbonShape {
  const middle = RIBBON_WIDTH / 2;
  const back = `L${RIBBON_WIDTH} ${rightTop + thickness} C${middle} ${rightTop + thickness} ${middle} ${leftTop + thickness} 0 ${leftTop + thickness} Z`;
  const count = Math.max(1, Math.floor(thickness / LANE_APART));
  const lanes = Array.from({ length: count }, (_, index) => {
    const offset = (thickness * (index + 0.5)) / count;
    return curve(leftTop + offset, rightTop + offset);
  });
  return { outline: `${curve(leftTop, rightTop)} ${back}`, lanes, thickness };
}

function curve(fromY: number, toY: number): string {
  const middle = RIBBON_WIDTH / 2;
  return `M0 ${fromY} C${middle} ${fromY} ${middle} ${toY} ${RIBBON_WIDTH} ${toY}`;
}
