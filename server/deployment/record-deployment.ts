import { desc, eq, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { auditEntries } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { type ProductVersion, versionWords } from "./read-version";

/** `annotations.ts` makes a flag of every one but the first, before which nothing was deployed. */
const ACTION = "switchyard.deployed";

/**
 * Writes down that this version runs now, unless it is the one written down last: however many processes start with it,
 * and however often. Going back to an older one counts as well. Says whether it was new.
 */
export async function recordDeployment(db: Database, version: ProductVersion): Promise<boolean> {
  return db.transaction(async (tx) => {
    // In a statement of its own: what another process has just written must be seen.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${ACTION}))`);
    const [last] = await tx
      .select({ target: auditEntries.target })
      .from(auditEntries)
      .where(eq(auditEntries.action, ACTION))
      .orderBy(desc(auditEntries.seq))
      .limit(1);
    const words = versionWords(version);
    if (last?.target === words) return false;
    await recordAudit(tx, {
      action: ACTION,
      target: words,
      actor: "Switchyard",
      via: "system",
      before: { version: last?.target ?? null },
      after: { version: words },
    });
    return true;
  });
}
