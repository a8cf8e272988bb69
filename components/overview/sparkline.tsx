const WIDTH = 160;
const HEIGHT = 40;
const PAD = 3;

interface SparklineProps {
  values: readonly (number | null)[];
  target: number | null;
  colour: string;
}

/** The shape of a number's way here; the tile says the number, so a screen reader needs none of this. */
export function Sparkline({ values, target, colour }: SparklineProps) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return <svg aria-hidden="true" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-10 w-full" />;
  const all = target === null ? known : [...known, target];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value: number) => HEIGHT - PAD - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * PAD);
  const x = (index: number) => (index / Math.max(1, values.length - 1)) * WIDTH;
  let [path, isOpen] = ["", false];
  values.forEach((value, index) => {
    if (value !== null) path += `${isOpen ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    isOpen = value !== null;
  });
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="h-10 w-full">
      {target === null ? null : (
        <line
          x1="0"
          x2={WIDTH}
          y1={y(target)}
          y2={y(target)}
          stroke="var(--ink-3)"
          strokeDasharray="2 3"
          vectorEffect="non-scaling-stroke"
        />
      )}
      <path d={path} fill="none" stroke={colour} strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
