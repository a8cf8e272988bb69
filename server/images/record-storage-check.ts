import { storageChecks } from "@/db/schema";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { Config } from "@/server/config";
import type { StorageCheck } from "@/server/domain/storage";
import { AppError } from "@/server/errors";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { countingBucket } from "./bucket-usage";
import { checkStorage } from "./check-storage";

/** Tries the stores for a person and writes down what came of it, for whoever looks next. */
export async function recordStorageCheck(
  deps: Pick<RolloutDeps, "db"> & {
    config: Pick<Config, "r2" | "sandbox" | "dataDir" | "environments">;
    secret: Buffer;
  },
  operator: Operator,
  environment: string,
): Promise<StorageCheck[]> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, environment);
  if (!deps.config.environments.includes(environment)) {
    const rule = `must be one of ${deps.config.environments.join(", ")}, not ${environment}`;
    throw new AppError("BAD_REQUEST", `environment ${rule}`, { problems: [{ field: "environment", rule }] });
  }
  const stores = await countingBucket(deps.db, deps.config.r2, (onBilled) =>
    checkStorage({ ...deps, onBilled }, environment),
  );
  const ok = stores.every((store) => store.ok);
  await deps.db.insert(storageChecks).values({ environment, ok, stores, checkedBy: operator.principal.name });
  return stores;
}
