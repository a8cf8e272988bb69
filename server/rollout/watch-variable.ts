import { statSync } from "node:fs";
import { join } from "node:path";
import { ENV_FILES, readEnvFiles } from "@/server/env-files";
import { followVariable } from "./follow-variable";
import type { RolloutDeps } from "./types";
import { readVariable } from "./variable-reading";

const LOOK_EVERY_MS = 1_000;

export interface VariableWatch {
  /**
   * Looks whether an env file was edited and, if so, acts before it resolves: whoever calls this before accepting a
   * request gives it the edited route. Three `stat` calls when nothing was edited.
   */
  check(): Promise<void> | undefined;
  stop(): void;
}

/**
 * Follows `IMAGE_GENERATION_PROVIDER` in the env files of a directory while the process runs. Only a change that this
 * process sees in its own files counts: another instance's older files must not take back what these say.
 */
export function watchVariable(deps: Pick<RolloutDeps, "db" | "config" | "log">, directory: string): VariableWatch {
  const stamp = () =>
    ENV_FILES.map((name) => {
      const stats = statSync(join(directory, name), { throwIfNoEntry: false });
      return stats ? `${stats.ino}.${stats.mtimeMs}.${stats.size}` : "-";
    }).join("|");
  const read = () => readEnvFiles(directory).IMAGE_GENERATION_PROVIDER?.trim() ?? "";

  let seenStamp = stamp();
  let seenValue = read();
  let acting: Promise<void> | null = null;

  const act = async (): Promise<void> => {
    let found: string;
    do {
      found = stamp();
      const value = read();
      if (value !== seenValue) {
        const reading = readVariable(value);
        const moved = await followVariable(deps, "file", reading);
        // Noted only once it is written: a database that is away must not lose the edit.
        seenValue = value;
        if (moved.length > 0) deps.log.info("rollout: the env file moved all traffic", { environments: moved });
        if (reading.problem) deps.log.warn(`rollout: ${reading.problem}`);
      }
      seenStamp = found;
      // Edited again while the first edit was being written.
    } while (stamp() !== found);
  };
  const check = (): Promise<void> | undefined => {
    if (acting) return acting;
    if (stamp() === seenStamp) return undefined;
    acting = act().finally(() => {
      acting = null;
    });
    return acting;
  };

  const timer = setInterval(() => {
    check()?.catch((error: unknown) =>
      deps.log.warn("rollout: an edited env file could not be acted on yet", { error }),
    );
  }, LOOK_EVERY_MS);
  timer.unref();
  return { check, stop: () => clearInterval(timer) };
}
