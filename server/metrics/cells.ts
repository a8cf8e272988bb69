import { bucketStart, TIERS, type Tier } from "@/server/domain/metrics/buckets";
import type { MetricEvent } from "@/server/domain/metrics/events";
import { MeasuresBuilder } from "@/server/domain/metrics/measures";
import { totalNameOf } from "@/server/domain/metrics/populations";
import type { Source } from "@/server/domain/vocabulary";

/** A row of the roll-ups in the making. */
export interface Cell {
  environment: string;
  widthMs: number;
  isTotal: boolean;
  startMs: number;
  provider: string;
  source: string;
  operation: string;
  model: string;
  /** Empty where there is none. */
  coldClass: string;
  builder: MeasuresBuilder;
}

/**
 * The rows in which these events count, each with nothing but them. Tiers that are no longer kept for an event's age are
 * left out, and those wider than `widestMs`.
 */
export function toCells(
  events: readonly MetricEvent[],
  nowMs: number,
  widestMs: number = Number.POSITIVE_INFINITY,
): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  const places = new Map<string, [finer: Buckets, total: Buckets]>();
  for (const event of events) {
    const [finer, total] = placesOf(places, cells, event);
    for (let tier = 0; tier < TIERS.length; tier++) {
      const { widthMs, keptMs } = TIERS[tier] as Tier; // within its length
      if (widthMs > widestMs || (keptMs !== null && event.bucketAtMs < nowMs - keptMs)) continue;
      const startMs = bucketStart(event.bucketAtMs, widthMs);
      finer(tier, startMs).add(event);
      total(tier, startMs).add(event);
    }
  }
  return cells;
}

/** Adds rows in the making to others. */
export function addCells(into: Map<string, Cell>, cells: ReadonlyMap<string, Cell>): void {
  for (const [key, cell] of cells) {
    const known = into.get(key);
    if (known) known.builder.merge(cell.builder.build());
    else into.set(key, cell);
  }
}

/** The builder of a tier's bucket at one place. Found by numbers: a key for each event and row would cost more than the counting. */
type Buckets = (tier: number, startMs: number) => MeasuresBuilder;

function placesOf(places: Map<string, [Buckets, Buckets]>, cells: Map<string, Cell>, event: MetricEvent) {
  const { environment, provider, source, operation, model } = event;
  const coldClass = event.coldClass ?? "";
  // The model last: it may hold anything.
  const key = `${environment} ${provider} ${source} ${operation} ${coldClass} ${model}`;
  const known = places.get(key);
  if (known) return known;
  const finer = { environment, provider, isTotal: false, source, operation, model, coldClass };
  const fresh: [Buckets, Buckets] = [
    bucketsOf(cells, finer),
    bucketsOf(cells, { environment, provider, ...totalOf(source) }),
  ];
  places.set(key, fresh);
  return fresh;
}

function bucketsOf(cells: Map<string, Cell>, place: Omit<Cell, "builder" | "widthMs" | "startMs">): Buckets {
  const tiers = TIERS.map(() => new Map<number, MeasuresBuilder>());
  return (tier, startMs) => {
    const known = tiers[tier]?.get(startMs);
    if (known) return known;
    const widthMs = TIERS[tier]?.widthMs ?? 0; // an index of TIERS
    const builder = cellOf(cells, { ...place, widthMs, startMs });
    tiers[tier]?.set(startMs, builder);
    return builder;
  };
}

/** Names a row: the columns of its primary key. */
export const keyOf = (cell: Omit<Cell, "builder">) =>
  JSON.stringify([
    cell.environment,
    cell.widthMs,
    cell.isTotal,
    cell.startMs,
    cell.provider,
    cell.source,
    cell.operation,
    cell.model,
    cell.coldClass,
  ]);

/** Where a source's whole population is counted. */
export const totalOf = (source: Source) => ({
  isTotal: true,
  source: totalNameOf(source),
  operation: "*",
  model: "*",
  coldClass: "*",
});

function cellOf(cells: Map<string, Cell>, place: Omit<Cell, "builder">): MeasuresBuilder {
  const key = keyOf(place);
  const known = cells.get(key);
  if (known) return known.builder;
  const builder = new MeasuresBuilder();
  cells.set(key, { ...place, builder });
  return builder;
}
