import type { Database } from "@/db/client";
import type { Config } from "@/server/config";
import type { ProviderId, RevisionSource } from "@/server/domain/vocabulary";
import type { Principal } from "@/server/gateway/types";
import type { Log } from "@/server/log";
import type { ImageProvider } from "@/server/providers/types";

/** What the verbs that move traffic work with. */
export interface RolloutDeps {
  /** The worker pool: a rollback may have to wait longer than a page may. */
  db: Database;
  config: Config;
  provider(environment: string, id: ProviderId): ImageProvider | null;
  log: Log;
}

/** Who moves traffic, and by which way. */
export interface Operator {
  principal: Principal;
  via: Exclude<RevisionSource, "initial">;
  requestId: string | null;
}
