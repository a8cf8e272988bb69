/**
 * In the statements that write what a step came to (`g`: the generation, `u`: the record, $2: the planted bug "no
 * fence"): only the holder of the newest lease may. A lease that was given back holds nothing, so a statement whose
 * answer was lost may be sent again without a second effect. The bug is asked for apart: with it in the condition itself, a
 * plan for its very value looks better than one for all, and the server would make one at every call.
 */
export const FENCE_FITS =
  "((g.fence = u.fence and g.finished_at is null and g.lease_until is not null) or (select $2::boolean))";

export interface HeldRow {
  id: string;
  fence: number;
}

/** Which of the records were written. By fence too: a record of an earlier holder may stand in the same statement. */
export function wereHeld(records: { generationId: string; fence: number }[], rows: HeldRow[]): boolean[] {
  const held = new Set(rows.map((row) => `${row.id}/${row.fence}`));
  return records.map((record) => held.has(`${record.generationId}/${record.fence}`));
}
