import type { Command } from "commander";
import type { HistoryEntry } from "@/db/queries/rollout-history";
import { instant, NOTHING, oneLine, share, table } from "./format";
import { parseWhole } from "./parse";
import { actorWords, stopwatchWords } from "./rollout-lines";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS, REVISIONS_MAX } from "./rollout-options";
import type { Tools } from "./tools";

interface HistoryOptions {
  environment?: string;
  limit: string;
  before?: string;
  json?: boolean;
}

export function addHistory(program: Command, tools: Tools): void {
  program
    .command("history")
    .description("show who moved traffic when and why, newest first, with the stopwatch of every rollback")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--limit <n>", "how many, 1 to 100", "20")
    .option("--before <revision>", "only older ones than this")
    .option("--json", "print it as JSON")
    .action((options: HistoryOptions) => run(tools, options));
}

async function run({ terminal }: Tools, options: HistoryOptions): Promise<void> {
  const limit = parseWhole("--limit", options.limit, 1, 100);
  const before = options.before === undefined ? null : parseWhole("--before", options.before, 1, REVISIONS_MAX);
  const { withRollout } = await import("./open-rollout");
  const { rolloutHistory } = await import("@/db/queries/rollout-history");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const entries = await rolloutHistory(deps.db, environment, { beforeNumber: before, limit });
      if (options.json) return terminal.data(JSON.stringify({ environment, entries }, null, 2));
      for (const line of historyLines(entries)) terminal.data(line);
    },
  );
}

function historyLines(entries: readonly HistoryEntry[]): string[] {
  const head = ["#", "when", "share", "phase", "by", "n", "failed", "reason", "stopwatch"];
  const rows = entries.map((entry) => [
    String(entry.number),
    instant(entry.createdAtMs),
    `${share(entry.candidateShareBp)}${entry.held ? " held" : ""}`,
    entry.phase,
    actorWords(entry),
    String(entry.generations),
    String(entry.failed),
    entry.reason === null ? NOTHING : oneLine(entry.reason, 60),
    entry.stopwatch === null ? "" : stopwatchWords(entry.stopwatch),
  ]);
  return table(head, rows, new Set(["#", "n", "failed"]));
}
