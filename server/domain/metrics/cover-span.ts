import { coarsest, finestKeptMs, TIERS } from "./buckets";

interface Span {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

export interface Cover {
  /** Roll-ups that lie within the span, each range of one width. */
  ranges: (Span & { widthMs: number })[];
  /** What the ranges hold together; null where not one roll-up fits. */
  whole: Span | null;
  /** The rest of the span, at its ends: shorter than the finest roll-up that is kept for its start. */
  edges: Span[];
}

/** How a span that begins and ends anywhere is put together from roll-ups, none wider than asked for, and rows. */
export function coverSpan(span: Span, nowMs: number, widestMs: number = Number.POSITIVE_INFINITY): Cover {
  const finestMs = Math.min(finestKeptMs(span.fromMs, nowMs), widestMs);
  const tier = TIERS.find(({ widthMs }) => widthMs === finestMs);
  const fromMs = Math.ceil(span.fromMs / finestMs) * finestMs;
  const toMs = Math.floor(span.toMs / finestMs) * finestMs;
  if (tier === undefined || fromMs >= toMs) return { ranges: [], whole: null, edges: [span] };
  const edges = [
    { fromMs: span.fromMs, toMs: fromMs },
    { fromMs: toMs, toMs: span.toMs },
  ];
  return {
    ranges: coarsest({ fromMs, toMs }, tier, widestMs),
    whole: { fromMs, toMs },
    edges: edges.filter((edge) => edge.fromMs < edge.toMs),
  };
}
