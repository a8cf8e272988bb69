import type { Command } from "commander";
import { usageError } from "./exit-codes";
import { parseSpan, parseWhole } from "./parse";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export interface KeepWarmOptions {
  environment?: string;
  days: string;
  p95: string;
  cold?: string;
  zone: string;
  trace?: string;
  import?: string;
  all?: boolean;
  json?: boolean;
}

const AFTER = `
Every setting is simulated on the same requests, with execution and start-up times that were measured. The present one
comes first and is held against what was measured. It changes nothing: switchyard endpoint set does.`;

export function addKeepWarm(program: Command, tools: Tools): void {
  program
    .command("keep-warm")
    .description(
      "what kept workers, longer idle time-outs, schedules and other GPUs would change: cold starts, p95, dollars",
    )
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--days <n>", "requests of how many days, 1 to 28", "14")
    .option("--p95 <span>", "the target: p95 latency of all requests, such as 15s; any: none", "15s")
    .option("--cold <percent>", "and at most so many cold starts, such as 5%")
    .option("--zone <name>", "whose hours schedules keep, such as Europe/Berlin", "UTC")
    .option(
      "--trace <file>",
      "requests that came at other times: one instant a line (ISO or milliseconds), first column of a CSV",
    )
    .option("--import <id>", "or requests that came at the times of an import's last days (switchyard import --list)")
    .option("--all", "every setting, not only those worth a look")
    .option("--json", "print it as JSON")
    .addHelpText("after", AFTER)
    .action(async (options: KeepWarmOptions) => {
      const days = parseWhole("--days", options.days, 1, 28);
      const p95Ms = options.p95 === "any" ? null : parseSpan("--p95", options.p95);
      const target = { p95Ms, coldShare: parsePercent(options.cold) };
      if (options.import !== undefined && !UUID.test(options.import))
        throw usageError("--import", "must be an import's id: switchyard import --list shows them");
      if (options.import !== undefined && options.trace !== undefined)
        throw usageError("--import", "cannot stand beside --trace: one says when requests come");
      const { runKeepWarm } = await import("./run-keep-warm");
      tools.exitCode = await runKeepWarm(tools, options, { days, target });
    });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function parsePercent(text: string | undefined): number | null {
  if (text === undefined) return null;
  const match = /^(\d{1,3}(?:\.\d+)?)\s*%?$/.exec(text.trim());
  const share = match ? Number(match[1]) / 100 : Number.NaN;
  if (!(share <= 1)) throw usageError("--cold", `must be from 0 to 100 %, not "${text}"`);
  return share;
}

const TIMES_MAX = 200_000;

/** Instants of a file, rising. A first line that is none is a head. Throws a usage error with the line's number. */
export function parseTimes(text: string): number[] {
  const lines = text.split(/\r?\n/);
  const times: number[] = [];
  for (const [index, line] of lines.entries()) {
    const first = (line.split(",")[0] ?? "").trim().replace(/^"|"$/g, "");
    if (first === "") continue;
    const isNumber = /^\d{12,14}(\.\d+)?$/.test(first);
    // Without a zone an instant is UTC's: the same file is the same trace on every machine.
    const iso = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(first) ? `${first.replace(" ", "T")}Z` : first;
    const atMs = isNumber ? Number(first) : Date.parse(iso);
    if (Number.isFinite(atMs)) times.push(atMs);
    else if (index > 0)
      throw usageError(
        "--trace",
        `line ${index + 1} must begin with an instant such as 2026-11-02T08:00:00Z, not "${first.slice(0, 40)}"`,
      );
  }
  if (times.length === 0) throw usageError("--trace", "holds no instant");
  if (times.length > TIMES_MAX) throw usageError("--trace", `holds ${times.length} instants; ${TIMES_MAX} at most`);
  return times.sort((one, other) => one - other);
}
