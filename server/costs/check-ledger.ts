import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { ACCOUNTS, type Account, accountOf, type Purpose } from "@/server/domain/costs/accounts";
import { sourcesOf } from "@/server/domain/metrics/populations";
import type { Micros } from "@/server/domain/money";
import { type CostKind, PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";

export interface LedgerCheck {
  environment: string;
  /** What was spent, by the account that it is booked to: the debits. */
  debits: Record<Account, Micros>;
  /** What is owed for it, by provider: the credits. They come to the same. */
  credits: Record<ProviderId, Micros>;
  isBalanced: boolean;
  /** Ended generations, and attempts, whose stored cost is not the sum of their lines. */
  generations: number;
  generationDifferences: number;
  attemptDifferences: number;
  /** One of those that differ; null: none does. */
  first: { generationId: string; storedMicros: Micros; linesMicros: Micros } | null;
}

/**
 * Holds the ledger against itself and against what generations and attempts say they cost, to the unit. Debits are
 * added up by account out of single lines and credits by provider in the database, so a line that is in no account, or
 * in two, shows.
 */
export async function checkLedger(db: Database, environment: string): Promise<LedgerCheck> {
  return db.transaction(
    async (tx) => {
      const trials = sql.param(sourcesOf(["trials"]));
      const lines = await tx.execute<{ kind: CostKind; purpose: Purpose; micros: string }>(
        sql`select l.kind, case when g.source = any(${trials}::text[]) then 'trial' when a.reason = 'fallback' then 'fallback' else 'caller' end as purpose,
            sum(l.cost_micros) as micros
          from cost_lines l left join generations g on g.id = l.generation_id left join attempts a on a.id = l.attempt_id
          where l.environment = ${environment} group by 1, 2`,
      );
      const owed = await tx.execute<{ provider: ProviderId; micros: string }>(
        sql`select provider, sum(cost_micros) as micros from cost_lines where environment = ${environment} group by 1`,
      );
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
      return toCheck(environment, lines.rows, owed.rows, generations.rows[0], Number(attempts.rows[0]?.differ ?? 0));
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

function toCheck(
  environment: string,
  lines: { kind: CostKind; purpose: Purpose; micros: string }[],
  owed: { provider: ProviderId; micros: string }[],
  generations: { n: string; differ: string; first: string | null; stored: string; lines: string } | undefined,
  attemptDifferences: number,
): LedgerCheck {
  const debits = Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Record<Account, Micros>;
  for (const { kind, purpose, micros } of lines) debits[accountOf(kind, purpose)] += Number(micros);
  const credits = Object.fromEntries(PROVIDER_IDS.map((id) => [id, 0])) as Record<ProviderId, Micros>;
  for (const { provider, micros } of owed) credits[provider] += Number(micros);
  const sum = (amounts: Record<string, Micros>) => Object.values(amounts).reduce((total, micros) => total + micros, 0);
  const first = generations?.first ?? null;
  return {
    environment,
    debits,
    credits,
    isBalanced: sum(debits) === sum(credits),
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
