import { createHash, randomUUID } from "node:crypto";
import { isIPv6 } from "node:net";
import { eq, inArray, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { rateLimits } from "@/db/schema";
import { AppError } from "@/server/errors";

export const SIGN_IN_TRIES = 5;
const WINDOW_MS = 15 * 60_000;

/**
 * A try is counted before the password is looked at and given back when it was right, so a thousand tries at once get
 * no further than five in a row. Counted by account and by address, in the database: for all instances together.
 */
export async function takeSignInTry(
  db: Database,
  who: { email: string; address: string },
): Promise<() => Promise<void>> {
  const keys = [`account:${digest(who.email.trim().toLowerCase())}`, `address:${network(who.address)}`];
  const rows = await db
    .insert(rateLimits)
    .values(keys.map((key) => ({ id: randomUUID(), key, count: 1, lastRequest: nowMs })))
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        count: sql`case when ${rateLimits.lastRequest} < ${nowMs} - ${WINDOW_MS}::bigint then 1 else ${rateLimits.count} + 1 end`,
        // The window is counted from the first try of a series: further ones must not keep people out for ever.
        lastRequest: sql`case when ${rateLimits.lastRequest} < ${nowMs} - ${WINDOW_MS}::bigint then ${nowMs} else ${rateLimits.lastRequest} end`,
      },
    })
    .returning({
      count: rateLimits.count,
      waitMs: sql<string>`${rateLimits.lastRequest} + ${WINDOW_MS}::bigint - ${nowMs}`,
    });
  const full = rows.filter((row) => row.count > SIGN_IN_TRIES);
  if (full.length > 0) {
    const waitMs = Math.max(...full.map((row) => Number(row.waitMs)));
    throw new AppError("TOO_MANY_REQUESTS", "too many tries to sign in: wait before the next one", {
      retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)),
    });
  }
  return async () => {
    const [account = "", address = ""] = keys;
    await db.delete(rateLimits).where(inArray(rateLimits.key, [account]));
    await db
      .update(rateLimits)
      .set({ count: sql`greatest(${rateLimits.count} - 1, 0)` })
      .where(eq(rateLimits.key, address));
  };
}

const nowMs = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Addresses of people are not kept in the clear where a digest does. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A household or server has a whole /64 of IPv6: counted one by one, it could try for ever. */
export function network(address: string): string {
  const plain = address.replace(/^::ffff:/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail = ""] = plain.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const zeros = plain.includes("::") ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0") : [];
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(":")}::/64`;
}
