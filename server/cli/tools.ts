import type { Environment } from "@/server/env-files";
import type { Terminal } from "./terminal";

/** What every command works with. Commands load what is heavy when they run, so that `--help` is quick. */
export interface Tools {
  terminal: Terminal;
  env: Environment;
  exitCode: number;
}
