import { and, eq, inArray } from "drizzle-orm";
import type { Database } from "@/db/client";
import { generations } from "@/db/schema";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { checkReportedRow, type RowProblem } from "@/server/domain/history/history-row";
import type { BaselinePrices } from "@/server/engine/cost";
import { AppError } from "@/server/errors";
import type { Principal } from "@/server/gateway/types";
import { currentRevision } from "@/server/rollout/revision";
import { type HistoryRecord, toRecord } from "./history-record";
import { storeHistory } from "./store-history";

export const REPORT_ROWS_MAX = 10_000;
/** Rows a statement: it must end within the pool's time on a slow machine too. */
const CHUNK = 500;

export interface HistoryDeps {
  db: Database;
  prices: BaselinePrices;
}

export interface RefusedRow {
  /** Place in what was sent, from 0. */
  index: number;
  /** The caller's id, where it could be read. */
  id: string | null;
  problems: RowProblem[];
}

export interface ReportAnswer {
  environment: string;
  accepted: number;
  /** Reported before, with the same content. */
  known: number;
  refused: RefusedRow[];
}

/**
 * Takes in generations that were made elsewhere. Each row is judged alone: a bad one is refused by name, the others are
 * kept. A caller's id is stored once, however often it is reported, so a batch whose answer was lost is sent again.
 */
export async function reportHistory(
  deps: HistoryDeps,
  principal: Principal,
  input: { environment: string; rows: readonly unknown[] },
  nowMs: number,
): Promise<ReportAnswer> {
  requireScope(principal, "report");
  requireEnvironment(principal, input.environment);
  if (input.rows.length > REPORT_ROWS_MAX) {
    const rule = `must have at most ${REPORT_ROWS_MAX} rows: send the rest in further requests`;
    throw new AppError("BAD_REQUEST", `generations ${rule}`, { problems: [{ field: "generations", rule }] });
  }
  const { number: revision } = await currentRevision(deps.db, input.environment);
  const { good, refused } = judge(input.rows, nowMs);
  const placed = good.map(({ index, row }) => ({
    index,
    record: toRecord(row, {
      idempotencyKey: row.id,
      identity: null,
      environment: input.environment,
      revision,
      prices: deps.prices,
    }),
  }));
  // Two batches with the same rows in another order would wait for each other.
  placed.sort((left, right) => (keyOf(left.record) < keyOf(right.record) ? -1 : 1));
  // A namespace of its own: the same word may be the idempotency key of a request to the gateway.
  const scope = `report:${principal.scope}`;
  let accepted = 0;
  let known = 0;
  for (let from = 0; from < placed.length; from += CHUNK) {
    const chunk = placed.slice(from, from + CHUNK);
    const stored = await storeHistory(
      deps.db,
      {
        environment: input.environment,
        scope,
        source: "report",
        caller: principal.name,
        costNote: "as reported by the caller",
      },
      chunk.map(({ record }) => record),
    );
    accepted += stored.size;
    const others = chunk.filter(({ record }) => !stored.has(record.id));
    const hashes = await hashesOf(
      deps.db,
      scope,
      others.map(({ record }) => keyOf(record)),
    );
    for (const { index, record } of others) {
      const id = keyOf(record);
      if (hashes.get(id) === record.body_hash) known += 1;
      else refused.push({ index, id, problems: [{ field: "id", rule: "was reported before with other content" }] });
    }
  }
  refused.sort((left, right) => left.index - right.index);
  return { environment: input.environment, accepted, known, refused };
}

const keyOf = (record: HistoryRecord) => record.idempotency_key ?? "";

function judge(rows: readonly unknown[], nowMs: number) {
  const good: { index: number; row: Exclude<ReturnType<typeof checkReportedRow>, RowProblem[]> }[] = [];
  const refused: RefusedRow[] = [];
  const places = new Map<string, number>();
  rows.forEach((value, index) => {
    const row = checkReportedRow(value, nowMs);
    if (Array.isArray(row)) {
      refused.push({ index, id: idIn(value), problems: row });
      return;
    }
    const first = places.get(row.id);
    if (first === undefined) {
      places.set(row.id, index);
      good.push({ index, row });
    } else
      refused.push({ index, id: row.id, problems: [{ field: "id", rule: `is the id of row ${first} of this batch` }] });
  });
  return { good, refused };
}

function idIn(value: unknown): string | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
  return typeof id === "string" ? id.slice(0, 200) : null;
}

async function hashesOf(db: Database, scope: string, keys: string[]): Promise<Map<string | null, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .select({ key: generations.idempotencyKey, hash: generations.bodyHash })
    .from(generations)
    .where(and(eq(generations.scope, scope), inArray(generations.idempotencyKey, keys)));
  return new Map(rows.map(({ key, hash }) => [key, hash]));
}
