import type { Database } from "@/db/client";
import type { Config } from "@/server/config";
import type { ProviderId } from "@/server/domain/vocabulary";
import type { EndpointDeps } from "@/server/endpoint/types";
import { AppError } from "@/server/errors";
import type { Gateway } from "@/server/gateway/gateway";
import type { HistoryDeps } from "@/server/history/report-history";
import type { ImageService } from "@/server/images/image-service";
import type { Log } from "@/server/log";
import type { ImageProvider } from "@/server/providers/types";
import type { RolloutDeps } from "@/server/rollout/types";

/** What a process holds while it runs. Next loads modules up to three times a process, so it lives on globalThis. */
export interface Runtime {
  config: Config;
  /** The web pool: answers within 2 s or fails. */
  db: Database;
  gateway: Gateway;
  images: ImageService;
  /** What generations that were made elsewhere are taken in with; the patience of the workers' pool. */
  history: HistoryDeps;
  /** What the verbs that move traffic work with; a pool of their own, patient enough for a rollback to win. */
  rollout: RolloutDeps & { wake(): void };
  /** What the candidate's endpoint is looked at and changed with. */
  endpoint: EndpointDeps;
  /** Null where the provider is not configured in that environment. */
  provider(environment: string, id: ProviderId): ImageProvider | null;
  /**
   * A provider says that something happened to the attempt: look at it soon. `jobId` is only what the body claims.
   * False: no such address.
   */
  hint(hint: { attemptId: string; token: string; jobId: string | null }): Promise<boolean>;
  /** The installation's secret: sessions, notification addresses and picture addresses are signed by keys made from it. */
  secret: Buffer;
  log: Log;
}

const holder = globalThis as typeof globalThis & { __switchyardRuntime?: Runtime };

export function setRuntime(runtime: Runtime | undefined): void {
  holder.__switchyardRuntime = runtime;
}

/** The running process's handles. Throws UNAVAILABLE before start and after stop. */
export function getRuntime(): Runtime {
  const runtime = holder.__switchyardRuntime;
  if (!runtime)
    throw new AppError("UNAVAILABLE", "Switchyard is starting or stopping: try again in a moment", { retryAfterS: 2 });
  return runtime;
}
