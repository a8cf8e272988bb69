import { databaseNowMs } from "@/db/queries/database-now";
import { localPrincipal } from "@/server/auth/access";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import type { EndpointDeps } from "@/server/endpoint/types";
import { AppError } from "@/server/errors";
import { importPrices } from "@/server/prices/import-prices";
import type { Job } from "./run-jobs";

const IMPORT_TIMEOUT_MS = 30_000;

/**
 * Follows RunPod's prices of GPU time, but for those that somebody has entered. Never from the sandbox: the price book
 * is one for all environments, and its prices are made up.
 */
export function followPrices(deps: EndpointDeps): Job {
  return {
    name: "prices",
    everyMs: 6 * 3_600_000,
    async run() {
      const operator = { principal: localPrincipal("Price list"), via: "automation" as const, requestId: null };
      for (const environment of deps.config.environments) {
        const management = environment === SANDBOX_ENVIRONMENT ? null : deps.management(environment);
        if (management === null) continue;
        try {
          const nowMs = await databaseNowMs(deps.db);
          const signal = AbortSignal.timeout(IMPORT_TIMEOUT_MS);
          await importPrices({ db: deps.db, management }, operator, {
            nowMs,
            isDryRun: false,
            keepsEntered: true,
            signal,
          });
          return;
        } catch (error) {
          // A restricted key may not see the catalogue: then prices are entered by hand.
          if (!AppError.is(error)) throw error;
          deps.log.info("prices: the catalogue could not be read", { environment, error });
        }
      }
    },
  };
}
