import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { readRollupRows } from "@/db/queries/rollups";
import { bucketStart } from "@/server/domain/metrics/buckets";
import { MeasuresBuilder } from "@/server/domain/metrics/measures";
import { type Cell, keyOf } from "./cells";
import { writeCells } from "./roll-up";

/**
 * Makes the roll-ups of `widthMs` that begin in the span anew: each is the sum of those of `sumOfMs`. The span is whole
 * ones. Within a transaction that holds `lockRollups`.
 */
export async function sumRollups(
  tx: DatabaseOrTransaction,
  query: { environment: string; fromMs: number; toMs: number; widthMs: number; sumOfMs: number },
): Promise<void> {
  const { environment, fromMs, toMs, widthMs, sumOfMs } = query;
  const sums = new Map<string, Cell>();
  const finer: Cell[] = [];
  for (const isTotal of [true, false]) {
    const ranges = [{ widthMs: sumOfMs, fromMs, toMs }];
    for (const { measures, quantiles, ...place } of await readRollupRows(tx, { environment, ranges, isTotal })) {
      const sum = { ...place, environment, isTotal, widthMs, startMs: bucketStart(place.startMs, widthMs) };
      const key = keyOf(sum);
      const known = sums.get(key);
      if (known) known.builder.merge(measures);
      else sums.set(key, { ...sum, builder: new MeasuresBuilder().merge(measures) });
      // From before there were quantiles: they are written as they are, and get theirs.
      if (isTotal && quantiles === null)
        finer.push({
          ...place,
          environment,
          isTotal,
          widthMs: sumOfMs,
          builder: new MeasuresBuilder().merge(measures),
        });
    }
  }
  await tx.execute(
    sql`delete from rollups where environment = ${environment} and width_ms = ${widthMs} and is_total = any(array[true, false])
      and start_at >= ${new Date(fromMs)} and start_at < ${new Date(toMs)}`,
  );
  await writeCells(tx, [...sums.values(), ...finer]);
}
