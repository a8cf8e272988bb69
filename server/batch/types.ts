import type { Database } from "@/db/client";
import type { BatchRow } from "@/db/queries/batches";
import type { Config } from "@/server/config";
import type { ProviderId } from "@/server/domain/vocabulary";
import type { Gateway } from "@/server/gateway/gateway";
import type { Principal } from "@/server/gateway/types";
import type { Log } from "@/server/log";
import type { ImageProvider } from "@/server/providers/types";

/** What deciding over a batch works with. */
export interface BatchDeps {
  db: Database;
  config: Config;
  log: Log;
  /** Null where the provider is not configured in that environment. */
  provider(environment: string, id: ProviderId): ImageProvider | null;
}

/** What making its pictures works with besides. */
export interface BatchWork extends BatchDeps {
  gateway: Gateway;
}

/** Asks for a batch's pictures: whoever goes on with it meets the same idempotency keys. */
export function batchPrincipal({
  id,
  environment,
  startedBy,
}: Pick<BatchRow, "id" | "environment" | "startedBy">): Principal {
  return {
    scope: `batch:${id}`,
    name: `${startedBy} (batch ${id})`,
    kind: "local",
    role: "operator",
    scopes: [],
    environment,
  };
}
