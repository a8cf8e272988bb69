import type { Command } from "commander";
import { usageError } from "./exit-codes";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

interface TaskOptions {
  environment?: string;
  note?: string;
  undo?: boolean;
  json?: boolean;
}

export function addTask(program: Command, tools: Tools): void {
  program
    .command("task")
    .description("tick a task of the plan that only a person can tick; switchyard phase lists their keys")
    .argument("<key>", "the task's key, such as canary_monitored")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--note <text>", "what was done or seen; needed")
    .option("--undo", "take the tick back; the note says why")
    .option("--json", "print the task as JSON")
    .action((key: string, options: TaskOptions) => run(tools, key, options));
}

async function run({ terminal }: Tools, key: string, options: TaskOptions): Promise<void> {
  const { note } = options;
  if (note === undefined) throw usageError("--note", "is needed: what was done or seen");
  const done = options.undo !== true;
  const { withRollout } = await import("./open-rollout");
  const { tickTask } = await import("@/server/rollout/gates/tick-task");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, operator, environment }) => {
      await tickTask(deps, operator, { environment, task: key, note, done });
      if (options.json) return terminal.data(JSON.stringify({ environment, task: key, done, note }, null, 2));
      terminal.data(`${done ? "[x]" : "[ ]"} ${key} in ${environment}, by ${operator.principal.name}`);
    },
  );
}
