import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { newestBilling } from "@/db/queries/billing";
import { billingRecords } from "@/db/schema";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";

const HOUR_MS = 3_600_000;
/** The last hour is not billed yet when one asks; after so long it is. */
const BILLED_AFTER_MS = HOUR_MS;

export interface BillingSpan {
  environment: string;
  fromMs: number;
  toMs: number;
}

/**
 * What RunPod billed for the endpoint in every full hour of the span that can be billed by now. An hour that is told
 * as it was known adds nothing; one that is told otherwise is written as its next version. Gives back how many are new.
 */
export async function importBilling(
  deps: { db: Database; management: RunpodManagement },
  span: BillingSpan,
  options: { nowMs: number; signal: AbortSignal },
): Promise<number> {
  const { environment } = span;
  const account = deps.management.endpointId;
  const fromMs = Math.floor(span.fromMs / HOUR_MS) * HOUR_MS;
  const toMs = Math.floor(Math.min(span.toMs, options.nowMs - BILLED_AFTER_MS) / HOUR_MS) * HOUR_MS;
  if (toMs <= fromMs) return 0;
  const records = await deps.management.billing({ fromMs, toMs }, { signal: options.signal });
  const told = new Map(records.map((record) => [record.fromMs, record]));
  return deps.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`billing ${environment} ${account}`}))`);
    const known = new Map(
      (await newestBilling(tx, { environment, account, fromMs, toMs })).map((row) => [row.hourMs, row]),
    );
    const fresh = [];
    for (let hourMs = fromMs; hourMs < toMs; hourMs += HOUR_MS) {
      const { totalMicros = 0, diskMicros = 0 } = told.get(hourMs) ?? {};
      const before = known.get(hourMs);
      if (before && before.totalMicros === totalMicros && before.diskMicros === diskMicros) continue;
      const version = (before?.version ?? 0) + 1;
      fresh.push({
        environment,
        provider: "comfyui" as const,
        account,
        hourAt: new Date(hourMs),
        version,
        totalMicros,
        diskMicros,
      });
    }
    if (fresh.length > 0) await tx.insert(billingRecords).values(fresh);
    return fresh.length;
  });
}
