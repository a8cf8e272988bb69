import type { Command } from "commander";
import type { EndpointChange } from "@/server/domain/endpoint/settings";
import { FLASHBOOTS } from "@/server/domain/endpoint/settings";
import { usageError } from "./exit-codes";
import { parseWhole, parseWords } from "./parse";
import type { Tools } from "./program";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS, requireReason } from "./rollout-options";

const SNAPSHOT_MAX = Number.MAX_SAFE_INTEGER;
const WHOLE_MAX = 1_000_000_000;

export interface EndpointOptions {
  environment?: string;
  json?: boolean;
}

export interface SetOptions extends EndpointOptions {
  workersMin?: string;
  workersMax?: string;
  idleTimeout?: string;
  queueDelay?: string;
  requestCount?: string;
  flashboot?: string;
  gpu?: string;
  executionTimeout?: string;
  reason?: string;
  seen?: string;
  dryRun?: boolean;
}

export function addEndpoint(program: Command, tools: Tools): void {
  const endpoint = program
    .command("endpoint")
    .description("the RunPod endpoint: what is set, who works, what is wrong");
  const shared = (command: Command) => command.option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT);
  shared(endpoint.command("show", { isDefault: true }))
    .description("show settings, price, workers, findings, changes and releases (the default)")
    .option("--json", "print it as JSON")
    .action(async (options: EndpointOptions) => {
      const { showEndpoint } = await import("./run-endpoint");
      tools.exitCode = await showEndpoint(tools, options);
    });
  shared(endpoint.command("set"))
    .description("change settings at RunPod; says what standing workers cost before and after")
    .option("--workers-min <n>", "workers that never stop and are paid all the time")
    .option("--workers-max <n>", "workers at most")
    .option("--idle-timeout <seconds>", "how long a worker stays up after its last job, 1 to 3600")
    .option("--queue-delay <seconds>", "add a worker when a job has waited so long")
    .option("--request-count <n>", "or add one for every n jobs")
    .option("--flashboot <word>", `of ${FLASHBOOTS.join(", ")}`)
    .option("--gpu <pools>", "such as ADA_24,AMPERE_24")
    .option("--execution-timeout <seconds>", "how long a job may run; 0 for RunPod's 600")
    .option("--reason <text>", "why, in 8 characters or more; needed to change anything")
    .option(
      "--seen <snapshot>",
      "change nothing if the endpoint has become another by now; endpoint show says which it is",
    )
    .option("--dry-run", "show what would change and what it costs; change nothing")
    .option("--json", "print it as JSON")
    .action(async (options: SetOptions) => {
      const change = readChange(options);
      const seen = options.seen === undefined ? null : parseWhole("--seen", options.seen, 1, SNAPSHOT_MAX);
      const reason = options.dryRun ? null : requireReason(options.reason);
      const { setEndpoint } = await import("./run-endpoint");
      tools.exitCode = await setEndpoint(tools, options, { change, seen, reason });
    });
  shared(endpoint.command("undo"))
    .description("put the endpoint back to what it was before its newest change, whoever made that")
    .option("--reason <text>", "why, in 8 characters or more")
    .option("--json", "print it as JSON")
    .action(async (options: EndpointOptions & { reason?: string }) => {
      const reason = requireReason(options.reason);
      const { undoEndpoint } = await import("./run-endpoint");
      tools.exitCode = await undoEndpoint(tools, options, reason);
    });
  shared(endpoint.command("lint"))
    .description("what does harm or will: idle days, time-outs below cold starts, unhealthy workers, an unpinned image")
    .option("--json", "print the findings as JSON")
    .addHelpText(
      "after",
      "\nExit code 3 when a finding does harm already (breach); one that only will (watch) leaves it at 0.",
    )
    .action(async (options: EndpointOptions) => {
      const { lintEndpoint } = await import("./run-endpoint");
      tools.exitCode = await lintEndpoint(tools, options);
    });
}

/** What was typed as a change. Bounds are RunPod's and are judged with the endpoint's other settings beside them. */
export function readChange(options: SetOptions): EndpointChange {
  const change: EndpointChange = {};
  const whole = (option: string, text: string) => parseWhole(option, text, 0, WHOLE_MAX);
  if (options.workersMin !== undefined) change.workersMin = whole("--workers-min", options.workersMin);
  if (options.workersMax !== undefined) change.workersMax = whole("--workers-max", options.workersMax);
  if (options.idleTimeout !== undefined) change.idleTimeoutS = whole("--idle-timeout", options.idleTimeout);
  if (options.queueDelay !== undefined && options.requestCount !== undefined)
    throw usageError("--queue-delay", "cannot stand beside --request-count: workers are added by one rule");
  if (options.queueDelay !== undefined)
    change.scaling = { type: "QUEUE_DELAY", queueDelayS: whole("--queue-delay", options.queueDelay) };
  if (options.requestCount !== undefined)
    change.scaling = { type: "REQUEST_COUNT", requestCount: whole("--request-count", options.requestCount) };
  if (options.flashboot !== undefined) {
    const [word] = parseWords("--flashboot", options.flashboot.toUpperCase(), FLASHBOOTS);
    if (word !== undefined) change.flashboot = word;
  }
  if (options.gpu !== undefined)
    change.gpuPools = options.gpu
      .split(",")
      .map((pool) => pool.trim())
      .filter(Boolean);
  if (options.executionTimeout !== undefined)
    change.executionTimeoutMs = whole("--execution-timeout", options.executionTimeout) * 1_000;
  if (Object.keys(change).length === 0)
    throw usageError("set", "needs at least one setting, such as --workers-min 1: see switchyard endpoint set --help");
  return change;
}
