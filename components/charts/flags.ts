import type { ChartFlag } from "./chart-types";

export interface NumberedAnnotation {
  number: number;
  atMs: number;
  isFilled: boolean;
}

/** Flags that would stand closer than `apartPx` become one, `2–4`. */
export function mergeFlags(
  annotations: readonly NumberedAnnotation[],
  plot: { fromMs: number; toMs: number; widthPx: number },
  apartPx = 24,
): ChartFlag[] {
  const msPerPx = (plot.toMs - plot.fromMs) / Math.max(1, plot.widthPx);
  const groups: NumberedAnnotation[][] = [];
  for (const annotation of annotations) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && annotation.atMs - last.atMs < apartPx * msPerPx) group.push(annotation);
    else groups.push([annotation]);
  }
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) return [];
    return [
      {
        atMs: first.atMs,
        label: group.length === 1 ? String(first.number) : `${first.number}–${last.number}`,
        isFilled: group.some((annotation) => annotation.isFilled),
      },
    ];
  });
}
