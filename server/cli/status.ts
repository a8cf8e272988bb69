import type { Command } from "commander";
import { ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export interface StatusOptions {
  environment?: string;
  probe: boolean;
  json?: boolean;
}

export function addStatus(program: Command, tools: Tools): void {
  program
    .command("status")
    .description("who serves, are the providers ready, what is waiting, who works, the last hour")
    .option(ENVIRONMENT_FLAGS, "only this environment; default: all")
    .option("--no-probe", "do not call the providers")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExit code 3 when a provider that is configured does not answer its probe.")
    .action(async (options: StatusOptions) => {
      const { runStatus } = await import("./run-status");
      tools.exitCode = await runStatus(tools, options);
    });
}
