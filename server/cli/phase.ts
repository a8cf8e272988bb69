import type { Command } from "commander";
import type { PhasesView } from "@/server/rollout/gates/read-phases";
import { pairs, table } from "./format";
import { plain } from "./rollout-lines";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import { servers } from "./status-lines";
import type { Tools } from "./tools";

interface PhaseOptions {
  environment?: string;
  json?: boolean;
}

export function addPhase(program: Command, tools: Tools): void {
  program
    .command("phase")
    .description("show the plan's way with its steps and tasks, and where this environment stands")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--json", "print it as JSON")
    .action((options: PhaseOptions) => run(tools, options));
}

async function run({ terminal }: Tools, options: PhaseOptions): Promise<void> {
  const { withRollout } = await import("./open-rollout");
  const { readPhases } = await import("@/server/rollout/gates/read-phases");
  const { revisionView } = await import("./run-share");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const view = await readPhases(deps.db, deps.config, environment, new Date());
      if (options.json)
        return terminal.data(JSON.stringify({ ...view, revision: revisionView(view.revision) }, null, 2));
      for (const line of phaseLines(view)) terminal.data(plain(line));
    },
  );
}

function phaseLines({ revision, heldMs, nextStep, track, tasks }: PhasesView): string[] {
  const steps = track.map(({ title, step, state, gates }) => [
    state === "current" || state === "held" ? ">" : "",
    title,
    step,
    state,
    gates.length === 0 ? "none" : `${gates.filter(({ green }) => green).length} of ${gates.length} green`,
  ]);
  const rows = tasks.map((task) => [
    task.done ? "[x]" : "[ ]",
    task.phase,
    task.title,
    task.key,
    task.kind,
    task.words,
  ]);
  return [
    ...pairs([
      ["environment", revision.environment],
      ["serves", `${servers(revision.candidateShareBp)}, revision ${revision.number}`],
      [
        "held for",
        `${(heldMs / 3_600_000).toFixed(1)} h at this share${revision.held ? "; HELD since a rollback" : ""}`,
      ],
      ["next step", nextStep ?? "none in this environment"],
    ]),
    "",
    ...table(["", "step", "name", "state", "gates to enter"], steps),
    "",
    ...table(["", "phase", "task", "key", "kind", "by"], rows),
  ];
}
