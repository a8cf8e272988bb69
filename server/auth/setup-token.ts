import { createHash, randomBytes, randomUUID } from "node:crypto";
import { and, eq, gt, like, lt, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction, Transaction } from "@/db/client";
import { userCount } from "@/db/queries/users";
import { verifications } from "@/db/schema";

const PREFIX = "setup:";

/**
 * A one-time token for the first administrator, good for 15 minutes; only its digest is stored. Null: there is a user
 * already. Tokens minted before stay good until they end: another instance may have printed one.
 */
export async function mintSetupToken(db: Database): Promise<string | null> {
  if ((await userCount(db)) > 0) return null;
  const token = randomBytes(32).toString("base64url");
  await db
    .delete(verifications)
    .where(and(like(verifications.identifier, `${PREFIX}%`), lt(verifications.expiresAt, now)));
  await db.insert(verifications).values({
    id: randomUUID(),
    identifier: identifierOf(token),
    value: "first administrator",
    expiresAt: sql`clock_timestamp() + interval '15 minutes'`,
  });
  return token;
}

export async function isSetupTokenGood(db: DatabaseOrTransaction, token: string): Promise<boolean> {
  const found = await db
    .select({ id: verifications.id })
    .from(verifications)
    .where(and(eq(verifications.identifier, identifierOf(token)), gt(verifications.expiresAt, now)));
  return found.length > 0;
}

/** Takes the token out of use, and with it every other one. False: it was not good. */
export async function consumeSetupToken(tx: Transaction, token: string): Promise<boolean> {
  const taken = await tx
    .delete(verifications)
    .where(and(eq(verifications.identifier, identifierOf(token)), gt(verifications.expiresAt, now)))
    .returning({ id: verifications.id });
  if (taken.length === 0) return false;
  await tx.delete(verifications).where(like(verifications.identifier, `${PREFIX}%`));
  return true;
}

const now = sql`clock_timestamp()`;

function identifierOf(token: string): string {
  return PREFIX + createHash("sha256").update(token).digest("hex");
}
