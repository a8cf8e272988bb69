import { eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { environmentPolicies } from "@/db/schema";
import { parsePolicy, type RolloutPolicy } from "@/server/domain/gates-policy";

/** The thresholds and the automation of an environment: what its operators set, else the plan's defaults. */
export async function readPolicy(db: DatabaseOrTransaction, environment: string): Promise<RolloutPolicy> {
  return parsePolicy(await storedPolicy(db, environment));
}

/** What is stored, other parts of the policy included; null: nothing. */
export async function storedPolicy(
  db: DatabaseOrTransaction,
  environment: string,
): Promise<Record<string, unknown> | null> {
  const [row] = await db
    .select({ policy: environmentPolicies.policy })
    .from(environmentPolicies)
    .where(eq(environmentPolicies.environment, environment));
  return row?.policy ?? null;
}
