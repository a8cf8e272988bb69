import type { DatabaseOrTransaction } from "@/db/client";
import { whatIfBase } from "@/db/queries/what-if";
import { type WhatIf, whatIfOf } from "@/server/domain/what-if";

const WINDOW_MS = 7 * 24 * 3_600_000;

/** What a share would mean for a day, estimated from the last seven days of the environment. Changes nothing. */
export async function whatIf(
  db: DatabaseOrTransaction,
  environment: string,
  shareBp: number,
  now: Date,
): Promise<WhatIf> {
  const toMs = now.getTime();
  return whatIfOf(environment, shareBp, await whatIfBase(db, { environment, fromMs: toMs - WINDOW_MS, toMs }));
}
