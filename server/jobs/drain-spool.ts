import type { Connection } from "@/db/client";
import { drainSpool } from "@/server/images/drain-spool";
import type { Spool } from "@/server/images/image-service";
import type { Log } from "@/server/log";
import type { Job } from "./run-jobs";

/** Every instance moves what lies on its own disk; of those that share a disk one at a time. */
export function drainOwnSpool(deps: { db: Connection["db"]; log: Log; signal: AbortSignal }, spool: Spool): Job {
  return {
    name: `drain the spool ${spool.diskId}`,
    everyMs: 5_000,
    run: () => drainSpool({ ...deps, spool }),
  };
}
