import { and, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { providerChecks } from "@/db/schema";
import type { ProviderId } from "@/server/domain/vocabulary";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import type { RolloutDeps } from "./types";

/** A live check is made this often; a result older than three of them is no longer one. */
export const CHECK_EVERY_MS = 30_000;
const STALE_AFTER_MS = 3 * CHECK_EVERY_MS;
const PROBE_TIMEOUT_MS = 8_000;

export interface Readiness {
  provider: ProviderId;
  ok: boolean;
  /** Null before the first check. */
  checkedAtMs: number | null;
  ageMs: number | null;
  stale: boolean;
  roundTripMs: number | null;
  problem: string | null;
  checkedWhat: string | null;
  failingSinceMs: number | null;
}

/** The newest live checks of an environment's providers, with their ages by the database's clock. */
export async function readReadiness(db: DatabaseOrTransaction, environment: string): Promise<Readiness[]> {
  const rows = await db
    .select({
      check: providerChecks,
      ageMs: sql<number>`(extract(epoch from clock_timestamp() - ${providerChecks.checkedAt}) * 1000)::float8`,
    })
    .from(providerChecks)
    .where(eq(providerChecks.environment, environment));
  return PROVIDER_IDS.map((provider) => {
    const row = rows.find((entry) => entry.check.provider === provider);
    if (!row) {
      return {
        provider,
        ok: false,
        checkedAtMs: null,
        ageMs: null,
        stale: false,
        roundTripMs: null,
        problem: "was not checked yet",
        checkedWhat: null,
        failingSinceMs: null,
      };
    }
    const { check, ageMs } = row;
    return {
      provider,
      ok: check.ok,
      checkedAtMs: check.checkedAt.getTime(),
      ageMs: Math.max(0, Math.round(ageMs)),
      stale: ageMs > STALE_AFTER_MS,
      roundTripMs: check.roundTripMs,
      problem: check.problem,
      checkedWhat: check.checkedWhat,
      failingSinceMs: check.failingSince?.getTime() ?? null,
    };
  });
}

/** Why the way back to the provider is not open, in words that follow its name; null when it is. */
export async function failingReadiness(
  db: DatabaseOrTransaction,
  environment: string,
  provider: ProviderId,
): Promise<string | null> {
  const readiness = (await readReadiness(db, environment)).find((entry) => entry.provider === provider);
  if (!readiness || readiness.checkedAtMs === null) return "was not checked yet: wait for its first live check";
  if (readiness.stale)
    return `was last checked ${Math.round((readiness.ageMs ?? 0) / 1000)} s ago: no instance checks it`;
  return readiness.ok ? null : (readiness.problem ?? "does not answer its live check");
}

/** One live check of one provider: credentials and a free call. Written, and given back. */
export async function checkProvider(deps: RolloutDeps, environment: string, provider: ProviderId): Promise<void> {
  const missing = deps.config.missingVariables(environment, provider);
  const adapter = deps.provider(environment, provider);
  const result = adapter
    ? await adapter.probe({ signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch((error: unknown) => ({
        ok: false,
        roundTripMs: null,
        problem: ProviderError.is(error) ? error.message : "its live check failed",
        checkedWhat: "live call",
      }))
    : {
        ok: false,
        roundTripMs: null,
        problem: `is not configured: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing`,
        checkedWhat: "configuration",
      };
  const values = {
    ok: result.ok,
    roundTripMs: result.roundTripMs === null ? null : Math.round(result.roundTripMs),
    problem: result.problem,
    checkedWhat: result.checkedWhat,
    checkedAt: sql`clock_timestamp()`,
  };
  await deps.db
    .insert(providerChecks)
    .values({ environment, provider, ...values, failingSince: result.ok ? null : sql`clock_timestamp()` })
    .onConflictDoUpdate({
      target: [providerChecks.environment, providerChecks.provider],
      set: {
        ...values,
        failingSince: result.ok ? null : sql`coalesce(${providerChecks.failingSince}, clock_timestamp())`,
      },
    });
}

/** Removes nothing and adds nothing: the last check of a provider, for the incident's checklist. */
export async function lastCheck(db: DatabaseOrTransaction, environment: string, provider: ProviderId) {
  const [row] = await db
    .select()
    .from(providerChecks)
    .where(and(eq(providerChecks.environment, environment), eq(providerChecks.provider, provider)));
  return row ?? null;
}
