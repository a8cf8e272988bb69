import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { type Account, accountOf, type Purpose, perAccount } from "@/server/domain/costs/accounts";
import { sourcesOf } from "@/server/domain/metrics/populations";
import type { Micros } from "@/server/domain/money";
import type { CostKind, Seller } from "@/server/domain/vocabulary";
import { balanceDays, type LedgerDay } from "./balance-days";

export interface LedgerCheck {
  environment: string;
  /** What was spent, by the account that it is booked to: the debits. */
  debits: Record<Account, Micros>;
  /** What is owed for it, by who sends the bill, from other records than the lines: the credits. They come to the same. */
  credits: Record<Seller, Micros>;
  /** Days and sellers that were compared, and those whose two sides differ. */
  days: number;
  unbalanced: LedgerDay[];
  isBalanced: boolean;
  /** Ended generations, and attempts, whose stored cost is not the sum of their lines. */
  generations: number;
  generationDifferences: number;
  attemptDifferences: number;
  /** One of those that differ; null: none does. */
  first: { generationId: string; storedMicros: Micros; linesMicros: Micros } | null;
}

/**
 * Holds the ledger against what generations, attempts, bills and counts say, to the unit: debits by account out of single
 * lines, credits by seller, environment and day out of the other records (`balanceDays`). `environments`: all on the
 * endpoint, whose bill is one.
 */
export async function checkLedger(
  db: Database,
  environment: string,
  { environments = [environment], nowMs = Date.now() }: { environments?: readonly string[]; nowMs?: number } = {},
): Promise<LedgerCheck> {
  return db.transaction(
    async (tx) => {
      const trials = sql.param(sourcesOf(["trials", "checklist"]));
      const lines = await tx.execute<{ kind: CostKind; purpose: Purpose; micros: string }>(
        sql`select l.kind, case when g.source = any(${trials}::text[]) then 'trial' when a.reason = 'fallback' then 'fallback' else 'caller' end as purpose,
            sum(l.cost_micros) as micros
          from cost_lines l left join generations g on g.id = l.generation_id left join attempts a on a.id = l.attempt_id
          where l.environment = ${environment} group by 1, 2`,
      );
      const days = await balanceDays(tx, { environment, environments, nowMs });
      const generations = await tx.execute<{
        n: string;
        differ: string;
        first: string | null;
        stored: string;
        lines: string;
      }>(
        sql`select count(*) as n, count(*) filter (where stored <> lines) as differ, (array_agg(id) filter (where stored <> lines))[1] as first,
            (array_agg(stored) filter (where stored <> lines))[1] as stored, (array_agg(lines) filter (where stored <> lines))[1] as lines
          from (select g.id, g.cost_micros as stored,
              coalesce((select sum(l.cost_micros) from cost_lines l where l.generation_id = g.id), 0) as lines
            from generations g where g.environment = ${environment} and g.finished_at is not null and g.cost_micros is not null) t`,
      );
      const attempts = await tx.execute<{ differ: string }>(
        sql`select count(*) as differ from (select a.cost_micros as stored, sum(l.cost_micros) as lines
            from cost_lines l join attempts a on a.id = l.attempt_id where l.environment = ${environment} group by a.id) t
          where stored is distinct from lines`,
      );
      const attemptDifferences = Number(attempts.rows[0]?.differ ?? 0);
      return toCheck(environment, { lines: lines.rows, days, generations: generations.rows[0], attemptDifferences });
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

interface Found {
  lines: { kind: CostKind; purpose: Purpose; micros: string }[];
  days: LedgerDay[];
  generations: { n: string; differ: string; first: string | null; stored: string; lines: string } | undefined;
  attemptDifferences: number;
}

function toCheck(environment: string, { lines, days, generations, attemptDifferences }: Found): LedgerCheck {
  const debits = perAccount(() => 0);
  for (const { kind, purpose, micros } of lines) debits[accountOf(kind, purpose)] += Number(micros);
  const credits: Record<Seller, Micros> = { scenario: 0, comfyui: 0, r2: 0 };
  for (const { seller, creditMicros } of days) credits[seller] += creditMicros;
  const sum = (amounts: Record<string, Micros>) => Object.values(amounts).reduce((total, micros) => total + micros, 0);
  const unbalanced = days.filter(({ debitMicros, creditMicros }) => debitMicros !== creditMicros);
  const first = generations?.first ?? null;
  return {
    environment,
    debits,
    credits,
    days: days.length,
    unbalanced,
    isBalanced: unbalanced.length === 0 && sum(debits) === sum(credits),
    generations: Number(generations?.n ?? 0),
    generationDifferences: Number(generations?.differ ?? 0),
    attemptDifferences,
    first:
      first === null
        ? null
        : {
            generationId: first,
            storedMicros: Number(generations?.stored),
            linesMicros: Number(generations?.lines),
          },
  };
}
