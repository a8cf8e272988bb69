import type { Command } from "commander";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export interface RollbackOptions {
  environment?: string;
  reason?: string;
  json?: boolean;
}

const AFTER = `
Asks nothing, needs no gate and no running server, and wins over whatever else is being changed. What is at ComfyUI
already ends there. Typed twice, or by two people, it does it once; nothing left to take back is no failure.`;

export function addRollback(program: Command, tools: Tools): void {
  program
    .command("rollback")
    .description("take all traffic back to Scenario, now, and open an incident")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--reason <text>", "why; it may also be given later, in the console")
    .option("--json", "print what happened as JSON")
    .addHelpText("after", AFTER)
    .action(async (options: RollbackOptions) => {
      const { runRollback } = await import("./run-rollback");
      await runRollback(tools, options);
    });
}
