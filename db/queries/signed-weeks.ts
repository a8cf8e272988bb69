import { isNotNull } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { reviews } from "@/db/schema";
import { parseIsoWeek, weekSpan } from "@/server/domain/iso-week";

export interface SignedWeek {
  environment: string;
  week: string;
  toMs: number;
}

/** The signed week that ends last, of any environment: prices are everybody's. Null: none is signed. */
export async function lastSignedWeek(db: DatabaseOrTransaction): Promise<SignedWeek | null> {
  const rows = await db
    .select({ environment: reviews.environment, name: reviews.week, timeZone: reviews.timeZone })
    .from(reviews)
    .where(isNotNull(reviews.signedAt));
  const signed = rows.flatMap(({ environment, name, timeZone }) => {
    const week = parseIsoWeek(name);
    return "rule" in week ? [] : [{ environment, week: name, toMs: weekSpan(week, timeZone ?? "UTC").toMs }];
  });
  return signed.reduce<SignedWeek | null>((last, each) => (last === null || each.toMs > last.toMs ? each : last), null);
}
