import { bucketStart, TIERS } from "@/server/domain/metrics/buckets";
import type { MetricEvent } from "@/server/domain/metrics/events";
import { MeasuresBuilder } from "@/server/domain/metrics/measures";
import { populationOf } from "@/server/domain/metrics/populations";
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

/** The rows in which these events count, each with nothing but them. Tiers that are no longer kept for an event's age are left out. */
export function toCells(events: readonly MetricEvent[], nowMs: number): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const event of events) {
    for (const { widthMs, keptMs } of TIERS) {
      if (keptMs !== null && event.bucketAtMs < nowMs - keptMs) continue;
      const startMs = bucketStart(event.bucketAtMs, widthMs);
      const { environment, provider, source, operation, model } = event;
      const place = { environment, widthMs, startMs, provider };
      cellOf(cells, { ...place, ...totalOf(source) }).add(event);
      cellOf(cells, { ...place, isTotal: false, source, operation, model, coldClass: event.coldClass ?? "" }).add(
        event,
      );
    }
  }
  return cells;
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
  source: populationOf(source),
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
