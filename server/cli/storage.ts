import type { Command } from "commander";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export interface SweepOptions {
  apply?: boolean;
  olderThan: string;
  force?: boolean;
  json?: boolean;
}

export interface KeepOptions {
  environment?: string;
  reason?: string;
  json?: boolean;
}

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
  storage
    .command("status")
    .description("where pictures go, what waits to be moved to R2, room on the disk, how long pictures are kept")
    .option("--json", "print it as JSON")
    .action(async (options: { json?: boolean }) => {
      const { showStorage } = await import("./run-storage-status");
      await showStorage(tools, options);
    });
  storage
    .command("sweep")
    .description(
      "find what lies on this disk and in the bucket though nobody needs it; removes nothing without --apply",
    )
    .option("--apply", "remove it")
    .option("--older-than <age>", "such as 24h or 7d: younger pictures may be on their way", "24h")
    .option("--force", "also when most of what is there has no row in this database")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      "\nOnly objects with names such as Switchyard makes are counted or removed. Never sweep a bucket that two installations share:\neach would take the other's pictures for orphans.",
    )
    .action(async (options: SweepOptions) => {
      const { runSweep } = await import("./run-storage-sweep");
      await runSweep(tools, options);
    });
  storage
    .command("keep")
    .description("how long an environment's pictures are kept; their rows, and a checklist's evidence, stay for good")
    .argument("<time>", "a number of days such as 90, or forever")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--reason <text>", "why, in 8 characters or more")
    .option("--json", "print it as JSON")
    .action(async (time: string, options: KeepOptions) => {
      const { runKeep } = await import("./run-storage-sweep");
      await runKeep(tools, time, options);
    });
}
