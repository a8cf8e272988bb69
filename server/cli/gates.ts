import type { Command } from "commander";
import { STEP_INFO, STEPS } from "@/server/domain/gates";
import { EXIT } from "./exit-codes";
import { parseWords } from "./parse";
import { gateLines } from "./rollout-lines";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

interface GatesOptions {
  environment?: string;
  step?: string;
  json?: boolean;
}

export function addGates(program: Command, tools: Tools): void {
  program
    .command("gates")
    .description("judge the gates of the next step, or of --step, by what was measured (exit code 3 when one is red)")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--step <name>", `of ${STEPS.join(", ")}`)
    .option("--json", "print gates with value, n, interval, window and verdict as JSON")
    .action(async (options: GatesOptions) => {
      tools.exitCode = await run(tools, options);
    });
}

async function run({ terminal }: Tools, options: GatesOptions): Promise<number> {
  const [wanted] = options.step === undefined ? [] : parseWords("--step", options.step, STEPS);
  const { withRollout } = await import("./open-rollout");
  const { currentRevision } = await import("@/server/rollout/revision");
  const { readPolicy } = await import("@/server/rollout/gates/read-policy");
  const { evaluateGates } = await import("@/server/rollout/gates/evaluate-gates");
  const { nextStep } = await import("@/server/domain/rollout-track");
  return withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const policy = await readPolicy(deps.db, environment);
      const step = wanted ?? nextStep(await currentRevision(deps.db, environment), policy.gates);
      if (step === null) {
        if (options.json) terminal.data(JSON.stringify({ environment, step, gates: [] }, null, 2));
        terminal.say(`there is no further step in ${environment}`);
        return EXIT.ok;
      }
      const gates = await evaluateGates(deps.db, deps.config, environment, step, new Date());
      const red = gates.filter(({ green }) => !green).length;
      if (options.json) terminal.data(JSON.stringify({ environment, step, gates }, null, 2));
      else {
        terminal.data(`${environment}: to enter ${STEP_INFO[step].title} (${step})`);
        for (const line of gateLines(gates)) terminal.data(line);
      }
      terminal.say(red === 0 ? "every gate is green" : `${red} of ${gates.length} gates are red`);
      return red === 0 ? EXIT.ok : EXIT.check;
    },
  );
}
