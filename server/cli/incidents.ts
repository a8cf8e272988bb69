import type { Command } from "commander";
import type { IncidentView } from "@/server/rollout/incidents";
import { instant, oneLine, pairs } from "./format";
import { parseWhole } from "./parse";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

interface IncidentOptions {
  environment?: string;
  open?: boolean;
  limit: string;
  json?: boolean;
}

export function addIncidents(program: Command, tools: Tools): void {
  program
    .command("incidents")
    .description("show the incidents that rollbacks have opened, newest first, with their emergency checklists")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--open", "only those that are not resolved")
    .option("--limit <n>", "how many, 1 to 100", "10")
    .option("--json", "print them as JSON")
    .action((options: IncidentOptions) => run(tools, options));
}

async function run({ terminal }: Tools, options: IncidentOptions): Promise<void> {
  const limit = parseWhole("--limit", options.limit, 1, 100);
  const { withRollout } = await import("./open-rollout");
  const { listIncidents } = await import("@/server/rollout/incidents");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const found = await listIncidents(deps.db, { environment, openOnly: options.open === true, limit });
      if (options.json) return terminal.data(JSON.stringify({ environment, incidents: found }, null, 2));
      if (found.length === 0) return terminal.say(`no ${options.open ? "open " : ""}incidents in ${environment}`);
      for (const line of found.flatMap(incidentLines)) terminal.data(line);
    },
  );
}

const ITEM_WORDS: Record<IncidentView["items"][number]["item"], string> = {
  provider_set: "Set IMAGE_GENERATION_PROVIDER=scenario",
  control_verified: "Verify Scenario credentials are still configured",
  error_rate_back: "Monitor error rates",
  root_cause: "Investigate ComfyUI failure root cause",
};

function incidentLines(incident: IncidentView): string[] {
  const { id, title, openedBy, openedAtMs, resolvedAtMs, resolvedBy, resolution, revision, items } = incident;
  const state =
    resolvedAtMs === null
      ? "open"
      : `resolved by ${resolvedBy}, ${instant(resolvedAtMs)}${resolution === null ? "" : `: ${oneLine(resolution, 200)}`}`;
  return [
    `${title} (${state})`,
    ...pairs(
      [
        ["id", id],
        ["opened", `${openedBy}, ${instant(openedAtMs)}, revision ${revision}`],
        ["in flight", incident.inFlightChoice ?? "ends where it is"],
      ],
      "  ",
    ),
    ...items.map(({ item, done, doneBy, doneAtMs }) => {
      const by = done ? ` (${doneBy}, ${instant(doneAtMs)})` : "";
      return `  [${done ? "x" : " "}] ${ITEM_WORDS[item]}${by}`;
    }),
  ];
}
