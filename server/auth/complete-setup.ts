import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "@/db/client";
import { userCount } from "@/db/queries/users";
import { accounts, users } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { AppError } from "@/server/errors";
import { type Auth, PASSWORD_MAX, PASSWORD_MIN } from "./create-auth";
import { consumeSetupToken, isSetupTokenGood } from "./setup-token";

export const completeSetupInput = z.strictObject({
  token: z.string({ error: "is missing" }).min(1, { error: "is missing" }).max(200),
  name: z
    .string({ error: "must be a text" })
    .trim()
    .min(1, { error: "must not be empty" })
    .max(100, { error: "must have at most 100 characters" }),
  email: z.email({ error: "must be an e-mail address" }).max(254).toLowerCase(),
  password: z
    .string({ error: "must be a text" })
    .min(PASSWORD_MIN, { error: `must have at least ${PASSWORD_MIN} characters` })
    .max(PASSWORD_MAX, { error: `must have at most ${PASSWORD_MAX} characters` }),
});
export type CompleteSetupInput = z.output<typeof completeSetupInput>;

const SPENT =
  "this link was used, is older than 15 minutes, or an administrator exists: start Switchyard again for a new one";

/**
 * Makes the first administrator. The token is consumed with the user in one transaction, so it works once, whatever
 * races. Throws FORBIDDEN on a token that is not good.
 */
export async function completeSetup(
  deps: { db: Database; auth: Auth; requestId: string | null },
  input: CompleteSetupInput,
): Promise<{ id: string; email: string; name: string }> {
  // Asked first without a lock: hashing a password for everybody who guesses would be a gift to them.
  if (!(await isSetupTokenGood(deps.db, input.token))) throw new AppError("FORBIDDEN", SPENT);
  const context = await deps.auth.$context;
  const password = await context.password.hash(input.password);
  const id = randomUUID();
  await deps.db.transaction(async (tx) => {
    // Two good tokens (two instances) must not make two first administrators.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('switchyard.setup'))`);
    if (!(await consumeSetupToken(tx, input.token)) || (await userCount(tx)) > 0)
      throw new AppError("FORBIDDEN", SPENT);
    await tx.insert(users).values({ id, name: input.name, email: input.email, emailVerified: true, role: "admin" });
    await tx
      .insert(accounts)
      .values({ id: randomUUID(), accountId: id, providerId: "credential", userId: id, password });
    await recordAudit(tx, {
      actor: input.email,
      via: "console",
      action: "user.created",
      target: id,
      after: { email: input.email, name: input.name, role: "admin" },
      reason: "first administrator",
      requestId: deps.requestId,
    });
  });
  return { id, email: input.email, name: input.name };
}
