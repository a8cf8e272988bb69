import type { Connection } from "@/db/client";
import type { SignUrl } from "@/db/queries/generation-columns";
import { generationVersions } from "@/db/queries/generations";
import type { Config } from "@/server/config";
import { onChange } from "@/server/engine/changes";
import type { EngineDeps } from "@/server/engine/types";
import { AppError } from "@/server/errors";
import { createAcceptor } from "./accept";
import { cancelGeneration } from "./cancel-generation";
import type { Gateway } from "./gateway";
import { getGeneration, readGeneration } from "./get-generation";
import { countFacets, listGenerationPage } from "./list-generations";
import { submitGeneration } from "./submit-generation";
import type { StoredInput } from "./types";
import { createWatcher } from "./watch-generation";

export interface GatewayDeps {
  web: Connection;
  config: Config;
  provider: EngineDeps["provider"];
  signUrl: SignUrl;
  storeInput(bytes: Uint8Array): Promise<StoredInput>;
  /** Why no picture could be kept now; null while one could. */
  roomProblem(): Promise<string | null>;
  queued(): number;
  /** There may be work: something to send, or an open job to look at. Default: both. */
  wake(what?: "queued" | "open"): void;
  /** Called before requests are accepted; what it waits for holds for them. */
  beforeAccept?(): Promise<void> | undefined;
}

/** The verbs, bound to what a process has. `close` ends every watch. */
export function createGateway(deps: GatewayDeps): Gateway & { close(): void } {
  const acceptor = createAcceptor(deps.web.pool, deps.beforeAccept);
  const read = { db: deps.web.db, signUrl: deps.signUrl };
  const watcher = createWatcher({
    versions: (ids) => generationVersions(deps.web.db, ids),
    detail: async (id) => {
      const found = await readGeneration(read, id);
      if (!found) throw new AppError("NOT_FOUND", "no generation has this id");
      return found;
    },
    onChange,
  });
  return {
    submit: (input) => submitGeneration({ ...deps, acceptor }, input),
    get: (principal, id) => getGeneration(read, principal, id),
    list: (principal, filter, page) => listGenerationPage(read, principal, filter, page),
    facets: (principal, filter) => countFacets(read, principal, filter, Date.now()),
    cancel: (principal, id) => cancelGeneration({ ...read, wake: deps.wake }, principal, id),
    async *watch(principal, id, signal) {
      await getGeneration(read, principal, id);
      yield* watcher.watch(id, signal);
    },
    close: () => watcher.close(),
  };
}
