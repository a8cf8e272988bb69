import type { Command } from "commander";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

interface RebuildOptions {
  environment?: string;
  json?: boolean;
}

export function addRollup(program: Command, tools: Tools): void {
  const rollup = program.command("rollup").description("the summaries that charts are drawn from");
  rollup
    .command("rebuild")
    .description("make an environment's summaries anew from its rows, day by day, while traffic flows")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--json", "print it as JSON")
    .action((options: RebuildOptions) => rebuild(tools, options));
}

async function rebuild({ terminal }: Tools, options: RebuildOptions): Promise<void> {
  const { withRollout } = await import("./open-rollout");
  const { rebuildRollups } = await import("@/server/metrics/rebuild-rollups");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const events = await rebuildRollups(deps.db, {
        environment,
        nowMs: Date.now(),
        onDay: ({ day, events: counted }) => terminal.say(`${day}  ${counted} events`),
      });
      if (options.json) return terminal.data(JSON.stringify({ environment, events }));
      terminal.data(`${environment}: counted ${events} ended generations and attempts anew`);
    },
  );
}
