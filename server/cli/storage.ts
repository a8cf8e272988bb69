import type { Command } from "commander";
import type { Tools } from "./program";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";

export interface StorageCheckOptions {
  environment?: string;
  json?: boolean;
}

export function addStorage(program: Command, tools: Tools): void {
  const storage = program.command("storage").description("where pictures are kept: the data folder, and R2");
  storage
    .command("check")
    .description("put, look, get, open by signed address and delete one small picture, on the disk and in the bucket")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      "\nExit code 3 when a step failed; a refused key, a missing bucket, a wrong clock and a wrong endpoint are named as such.\nIn a sandbox without a bucket it tries the sandbox's own.",
    )
    .action(async (options: StorageCheckOptions) => {
      const { runStorageCheck } = await import("./run-storage");
      tools.exitCode = await runStorageCheck(tools, options);
    });
}
