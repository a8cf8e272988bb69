import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { newestUsage } from "@/db/queries/usage";
import { usageDays } from "@/db/schema";
import { DAY_MS } from "@/server/domain/time-zone";
import { CONTROL } from "@/server/domain/vocabulary";
import type { ImageProvider } from "@/server/providers/types";

/** Totals lag behind: a day is asked for once it has been over so long, and again as long as it may change. */
const TOLD_AFTER_MS = 3_600_000;

export interface UsageSpan {
  /** The one that the account's usage is kept with. */
  environment: string;
  account: string;
  fromMs: number;
  toMs: number;
}

/**
 * What the control says was used of the account on every UTC day of the span that is over. A day that is told as it was
 * known adds nothing; one that is told otherwise is written as its next version. Gives back how many are new. Throws
 * ProviderError.
 */
export async function importUsage(
  deps: { db: Database; control: Pick<ImageProvider, "usage"> },
  span: UsageSpan,
  options: { nowMs: number; signal: AbortSignal },
): Promise<number> {
  const { environment, account } = span;
  const fromMs = Math.floor(span.fromMs / DAY_MS) * DAY_MS;
  const toMs = Math.floor(Math.min(span.toMs, options.nowMs - TOLD_AFTER_MS) / DAY_MS) * DAY_MS;
  if (toMs <= fromMs || deps.control.usage === undefined) return 0;
  const told = await deps.control.usage({ fromMs, toMs }, { signal: options.signal });
  return deps.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`usage ${environment} ${account}`}))`);
    const known = new Map((await newestUsage(tx, { ...span, fromMs, toMs })).map((day) => [day.dayMs, day]));
    const fresh = told.flatMap(({ dayMs, units }) => {
      const before = known.get(dayMs);
      if (dayMs < fromMs || dayMs >= toMs || before?.units === units) return [];
      const version = (before?.version ?? 0) + 1;
      return [{ environment, provider: CONTROL, account, dayAt: new Date(dayMs), version, units }];
    });
    if (fresh.length > 0) await tx.insert(usageDays).values(fresh);
    return fresh.length;
  });
}
