import type { Command } from "commander";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import type { GenerationSummary } from "@/server/domain/generation-view";
import {
  COLD_CLASSES,
  GENERATION_STATES,
  OPERATIONS,
  PROVIDER_WORDS,
  parseProviderId,
  SOURCES,
} from "@/server/domain/vocabulary";
import type { ListFilter } from "./door";
import { instant, milliseconds, money, NOTHING, oneLine, table } from "./format";
import { parseSpan, parseWhole, parseWords } from "./parse";
import { ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Color } from "./terminal";
import type { Tools } from "./tools";

export interface ListOptions {
  state?: string;
  provider?: string;
  operation?: string;
  cold?: string;
  mode?: string;
  source?: string;
  since?: string;
  search?: string;
  limit: string;
  environment?: string;
  json?: boolean;
}

export function addGenerations(program: Command, tools: Tools): void {
  program
    .command("generations")
    .description("list generations, newest first")
    .option("--state <words>", `of ${GENERATION_STATES.join(", ")}; several with commas, as in every filter`)
    .option("--provider <words>", `of ${PROVIDER_WORDS.join(", ")}`)
    .option("--operation <words>", `of ${OPERATIONS.join(", ")}`)
    .option("--cold <classes>", `of ${COLD_CLASSES.join(", ")}`)
    .option("--mode <modes>", `failure mode, of ${FAILURE_MODES.join(", ")}`)
    .option("--source <words>", `who asked, of ${SOURCES.join(", ")}`)
    .option("--since <span>", "such as 30m, 24h, 7d")
    .option("--search <text>", "beginnings of the prompt's words, or of an id or a provider's job id")
    .option("--limit <n>", "1 to 200", "20")
    .option(ENVIRONMENT_FLAGS, "default: the installation's, or the API key's")
    .option("--json", "print { rows, nextCursor } as JSON")
    .action(async (options: ListOptions) => {
      const filter = readFilter(options, Date.now());
      const limit = parseWhole("--limit", options.limit, 1, 200);
      const { openReadDoor } = await import("./door");
      const door = await openReadDoor((line) => tools.terminal.say(line));
      try {
        const page = await door.list(filter, limit);
        if (options.json) tools.terminal.data(JSON.stringify(page, null, 2));
        else printTable(tools, page.rows, page.nextCursor !== null);
      } finally {
        await door.close();
      }
    });
}

export function readFilter(options: ListOptions, nowMs: number): ListFilter {
  const words = <Word extends string>(option: string, text: string | undefined, allowed: readonly Word[]) =>
    text === undefined ? undefined : parseWords(option, text, allowed);
  return {
    environment: options.environment ?? null,
    states: words("--state", options.state, GENERATION_STATES),
    providers: words("--provider", options.provider, PROVIDER_WORDS)?.map(
      (word) => parseProviderId(word) ?? "scenario",
    ),
    operations: words("--operation", options.operation, OPERATIONS),
    coldClasses: words("--cold", options.cold, COLD_CLASSES),
    failureModes: words("--mode", options.mode, FAILURE_MODES),
    sources: words("--source", options.source, SOURCES),
    fromMs: options.since === undefined ? undefined : nowMs - parseSpan("--since", options.since),
    search: options.search,
  };
}

const RIGHT = new Set(["latency", "cost"]);
const STATE_COLORS: Partial<Record<string, Color>> = { succeeded: "green", failed: "red", cancelled: "yellow" };

function printTable({ terminal }: Tools, rows: GenerationSummary[], more: boolean): void {
  if (rows.length === 0) {
    terminal.say("no generations");
    return;
  }
  const head = ["id", "created", "provider", "operation", "state", "class", "latency", "cost", "prompt"];
  const cells = rows.map((row) => [
    row.id,
    instant(row.createdAtMs),
    row.provider,
    row.operation,
    row.failureMode ? `${row.state}: ${row.failureMode}` : row.state,
    row.coldClass ?? NOTHING,
    milliseconds(row.latencyMs),
    money(row.costMicros),
    row.prompt === null ? NOTHING : oneLine(row.prompt, 60),
  ]);
  const [title = "", ...lines] = table(head, cells, RIGHT);
  const cut = (line: string) => (terminal.columns === null ? line : [...line].slice(0, terminal.columns).join(""));
  terminal.data(terminal.paint("bold", cut(title)));
  for (const [index, line] of lines.entries()) {
    const state = rows[index]?.state ?? "";
    const color = STATE_COLORS[state];
    const shown = cut(line);
    // Painted after cutting: a colour's own characters have no width.
    terminal.data(color ? shown.replace(` ${state}`, ` ${terminal.paint(color, state)}`) : shown);
  }
  if (more) terminal.say(`more than ${rows.length}: narrow it down, or raise --limit`);
}
