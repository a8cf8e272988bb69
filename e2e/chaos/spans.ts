/** Half-open, in epoch milliseconds; one that has not ended yet reaches to infinity. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** How much of the window at least one of the spans covers. */
export function coveredMs(spans: readonly Span[], window: Span): number {
  const inside = spans
    .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, window.fromMs), toMs: Math.min(toMs, window.toMs) }))
    .filter(({ fromMs, toMs }) => toMs > fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  let covered = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of inside) {
    if (toMs <= reached) continue;
    covered += toMs - Math.max(fromMs, reached);
    reached = toMs;
  }
  return covered;
}

/** The parts of the window that none of the spans covers. */
export function gapsBetween(spans: readonly Span[], window: Span): Span[] {
  const gaps: Span[] = [];
  let reached = window.fromMs;
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    if (fromMs > reached) gaps.push({ fromMs: reached, toMs: Math.min(fromMs, window.toMs) });
    reached = Math.max(reached, toMs);
    if (reached >= window.toMs) return gaps;
  }
  if (reached < window.toMs) gaps.push({ fromMs: reached, toMs: window.toMs });
  return gaps;
}
