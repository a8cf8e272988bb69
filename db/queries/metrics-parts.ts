import type { Database } from "@/db/client";
import type { MetricEvent } from "@/server/domain/metrics/events";
import type { ProviderId, Source } from "@/server/domain/vocabulary";
import { EVENT_COLUMNS_TEXT, type EventRow, type EventSpan, toMetricEvent } from "./metric-events";
import { OLD_MEASURES_TEXT, type RollupPlace, type RollupSpan, type StoredColumns } from "./rollups";

export interface RollupRange extends RollupSpan {
  /** Without distributions, of this provider alone. */
  countersOf?: ProviderId;
}

interface PartsQuery {
  span: EventSpan;
  ranges: readonly RollupRange[];
  providers: readonly ProviderId[];
  /** Populations, of which totals are read. */
  totals: readonly string[];
  /** Of these the finer rows are read. */
  sources: readonly Source[];
  withLatencies: boolean;
  withParts: boolean;
  /**
   * Of a roll-up of this width that nothing pending can belong to, quantiles instead of distributions, where they are
   * known; null: never.
   */
  pointMs: number | null;
  /** So many of what is in no roll-up yet, at most. */
  pendingMax: number;
  /** What has not ended is counted of these sources, from there to the span's end. */
  open: { fromMs: number; sources: readonly Source[] };
}

export interface PartsRows {
  /** With the place of their range in the question. */
  rollups: (RollupPlace & { range: number; stored: StoredColumns; quantiles: string | null })[];
  /** The oldest first. */
  pending: MetricEvent[];
  /** How many more there are. */
  pendingMore: number;
  open: Record<ProviderId, number>;
}

/** What a row of the answer is, where its place is not that of a range. */
const [OPEN, EVENT, MORE] = [0, -1, -2];

// One statement, so one snapshot without a transaction around it: nothing is in both the roll-ups and the outbox, or in
// neither. `offset 0` makes each range a scan of the index by itself, however few rows the planner believes in; and ranges come as
// JSON, into which it does not look: so a plan made for these very values looks no better, and none is made each time.
const TEXT = `with p as materialized (select * from rollup_outbox where environment = $1 and bucket_at >= $2 and bucket_at < $3 order by id limit $4)
  select q.place, extract(epoch from r.start_at) * 1000 as n, r.provider, r.source, r.operation, r.model, r.cold_class, r.numbers as text,
      case when q.with_distributions and $5 and r.is_point is not true then r.latencies end as latencies,
      case when q.with_distributions and $6 and r.is_point is not true then r.parts end as parts, case when r.is_point then r.quantiles end as quantiles, r.old
    from jsonb_to_recordset($7::jsonb) as q(place int, width_ms int, from_at timestamptz, to_at timestamptz, with_distributions bool, providers text[], is_total bool, sources text[]),
      lateral (select coalesce((select stand_in_ms from rollup_stand_ins where environment = $1 and width_ms = q.width_ms), q.width_ms) as width_ms,
        coalesce((select min(bucket_at) from p) - $10::int * interval '1 millisecond', 'infinity') as points_to offset 0) w,
      lateral (select r.*, r.quantiles is not null and r.width_ms = $10 and r.start_at <= w.points_to as is_point, ${OLD_MEASURES_TEXT} as old
        from rollups r where r.environment = $1 and r.width_ms = w.width_ms and r.is_total = q.is_total
        and r.start_at >= q.from_at and r.start_at < q.to_at and r.provider = any(q.providers) and r.source = any(q.sources) offset 0) r
  union all
  select ${OPEN}, n, provider, null, null, null, null, null, null, null, null, null
    from (select provider, count(*) as n from generations where finished_at is null and environment = $1 and source = any($8)
      and created_at >= $9 and created_at < $3 group by provider) open
  union all
  select ${EVENT}, null, null, null, null, null, null, row_to_json(e)::text, null, null, null, null from (select ${EVENT_COLUMNS_TEXT} from p) e
  union all
  select ${MORE}, count(*) - $4::int, null, null, null, null, null, null, null, null, null, null from rollup_outbox
    where environment = $1 and bucket_at >= $2 and bucket_at < $3 and (select count(*) from p) = $4 having count(*) > $4`;

type Row = [
  place: number,
  n: string | null,
  provider: ProviderId,
  source: RollupPlace["source"],
  operation: string,
  model: string,
  coldClass: string,
  text: string | null,
  latencies: string | null,
  parts: string | null,
  quantiles: string | null,
  old: string | null,
];

const at = (ms: number) => new Date(ms).toISOString();

function toRangeRows(query: PartsQuery, { widthMs, fromMs, toMs, countersOf }: RollupRange, index: number) {
  const range = {
    place: index + 1,
    width_ms: widthMs,
    from_at: at(fromMs),
    to_at: at(toMs),
    with_distributions: countersOf === undefined,
    providers: query.providers.filter((provider) => countersOf === undefined || provider === countersOf),
  };
  return [
    { ...range, is_total: true, sources: query.totals },
    { ...range, is_total: false, sources: query.sources },
  ].filter(({ sources }) => sources.length > 0);
}

export async function readMetricsParts(db: Database, query: PartsQuery): Promise<PartsRows> {
  const { span, ranges, open } = query;
  const { rows } = await db.$client.query<Row>({
    name: "metrics-parts",
    text: TEXT,
    rowMode: "array",
    values: [
      span.environment,
      at(span.fromMs),
      at(span.toMs),
      query.pendingMax,
      query.withLatencies,
      query.withParts,
      JSON.stringify(ranges.flatMap((range, index) => toRangeRows(query, range, index))),
      open.sources,
      at(open.fromMs),
      query.pointMs,
    ],
  });
  const answer: PartsRows = { rollups: [], pending: [], pendingMore: 0, open: { scenario: 0, comfyui: 0 } };
  for (const row of rows) {
    const [place, n, provider, source, operation, model, coldClass, text, latencies, parts, quantiles, old] = row;
    if (place === OPEN) answer.open[provider] = Number(n);
    else if (place === MORE) answer.pendingMore = Number(n);
    else if (place === EVENT)
      answer.pending.push(toMetricEvent(JSON.parse(text as string) as EventRow)); // an event's row has its text
    else {
      const stored = { numbers: text, latencies, parts, old } as StoredColumns; // as the table holds them
      answer.rollups.push({
        range: place - 1,
        startMs: Number(n),
        provider,
        source,
        operation,
        model,
        coldClass,
        stored,
        quantiles,
      });
    }
  }
  return answer;
}
