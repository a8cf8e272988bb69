import type pg from "pg";
import { checkNothingLost, checkOneKeyOneGeneration } from "../../chaos/check/accepted";
import type { BrokenPromise } from "../../chaos/check/broken-promise";
import { checkResultsRetrievable } from "../../chaos/check/results";
import { checkOneEnd } from "../../chaos/check/terminal";
import type { History } from "../../chaos/history";
import type { StorageDrillFigures } from "./report";

interface Span {
  fromMs: number;
  toMs: number;
}

/** What became of the generations, by when they were accepted. */
export async function readEnds(
  pool: pg.Pool,
  outage: Span,
): Promise<
  Pick<
    StorageDrillFigures,
    "accepted" | "acceptedInOutage" | "succeeded" | "succeededInOutage" | "cancelled" | "inDoubt" | "failures"
  >
> {
  const { rows } = await pool.query<{ state: string; inside: boolean; doubt: boolean; why: string; n: number }>(
    `select g.state, g.created_at >= to_timestamp($1::float8 / 1000) and g.created_at < to_timestamp($2::float8 / 1000) as inside,
        g.state = 'failed' and exists (select 1 from attempts a where a.generation_id = g.id and a.state = 'ambiguous') as doubt,
        concat_ws(', ', g.state, g.failure_mode, e.data ->> 'message') as why, count(*)::int as n
      from generations g left join generation_events e on e.generation_id = g.id and e.terminal group by 1, 2, 3, 4 order by n desc`,
    [outage.fromMs, outage.toMs],
  );
  const count = (of: (row: (typeof rows)[number]) => boolean) => rows.filter(of).reduce((sum, { n }) => sum + n, 0);
  return {
    accepted: count(() => true),
    acceptedInOutage: count(({ inside }) => inside),
    succeeded: count(({ state }) => state === "succeeded"),
    succeededInOutage: count(({ state, inside }) => state === "succeeded" && inside),
    cancelled: count(({ state }) => state === "cancelled"),
    inDoubt: count(({ doubt }) => doubt),
    failures: rows
      .filter(({ state, doubt }) => state !== "succeeded" && state !== "cancelled" && !doubt)
      .map(({ why, n }) => ({ why, n })),
  };
}

export async function readSpool(pool: pg.Pool): Promise<{ pictures: number; sizeBytes: number }[]> {
  const { rows } = await pool.query<{ pictures: number; sizeBytes: number }>(
    `select count(*)::int as pictures, sum(size_bytes)::float8 as "sizeBytes" from images where location = 'disk'
      group by disk_id order by disk_id`,
  );
  return rows;
}

/** Every different object that a row names. */
export async function readObjects(
  pool: pg.Pool,
): Promise<{ objectKey: string; sha256: string; rows: number; onDisk: number }[]> {
  const { rows } = await pool.query(
    `select object_key as "objectKey", sha256, count(*)::int as rows, (count(*) filter (where location = 'disk'))::int as "onDisk"
      from images group by 1, 2`,
  );
  return rows;
}

/** The promises that a store's outage could break. */
export function brokenBy(history: History): BrokenPromise[] {
  return [
    ...checkNothingLost(history),
    ...checkOneEnd(history),
    ...checkOneKeyOneGeneration(history),
    ...checkResultsRetrievable(history),
  ];
}
