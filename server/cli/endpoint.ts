import type { Command } from "commander";
import { type EndpointSchedule, WEEKDAY_WORDS } from "@/server/domain/endpoint/schedule";
import type { EndpointChange } from "@/server/domain/endpoint/settings";
import { FLASHBOOTS } from "@/server/domain/endpoint/settings";
import { isTimeZone } from "@/server/domain/time-zone";
import { usageError } from "./exit-codes";
import { parseWhole, parseWords } from "./parse";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS, requireReason } from "./rollout-options";
import type { Tools } from "./tools";

const SNAPSHOT_MAX = Number.MAX_SAFE_INTEGER;
const WHOLE_MAX = 1_000_000_000;
const WORKERS_MAX = 1_000;

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
  addSchedule(endpoint, shared, tools);
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

export interface ScheduleOptions extends EndpointOptions {
  workers?: string;
  otherwise?: string;
  days?: string;
  from?: string;
  to?: string;
  zone?: string;
  reason?: string;
}

const SCHEDULE_AFTER = `
Hours may pass midnight: --days fri --from 22 --to 6 is Friday's night, until 6 h on Saturday.
RunPod keeps no hours: Switchyard changes workers min at the schedule's hours, within a minute of them, with its price, its entry in the
history and its flag on the charts. Anybody's own change of workers min suspends it until it is resumed. It is taken away by remove;
workers min then stays as it is.`;

function addSchedule(endpoint: Command, shared: (command: Command) => Command, tools: Tools): void {
  const schedule = endpoint.command("schedule").description("hours in which workers are kept");
  const run = async (verb: "show" | "set" | "remove" | "resume", options: ScheduleOptions) => {
    const wanted = verb === "set" ? readSchedule(options) : null;
    const reason = verb === "show" ? "" : requireReason(options.reason);
    const { runSchedule } = await import("./run-endpoint-schedule");
    tools.exitCode = await runSchedule(tools, options, { verb, wanted, reason });
  };
  shared(schedule.command("show", { isDefault: true }))
    .description("show it, and whether it is in force (the default)")
    .option("--json", "print it as JSON")
    .action((options: ScheduleOptions) => run("show", options));
  shared(schedule.command("set"))
    .description("set it, in the place of any before")
    .option("--workers <n>", "kept in these hours", "1")
    .option("--otherwise <n>", "kept outside of them", "0")
    .option("--days <days>", "on which they begin, such as mon-fri, or mon,wed,sat", "mon-fri")
    .option("--from <hour>", "0 to 23", "8")
    .option("--to <hour>", "1 to 24; not in it any more; earlier than --from: of the day after", "19")
    .option("--zone <name>", "whose clock, such as Europe/Berlin", "UTC")
    .option("--reason <text>", "why, in 8 characters or more")
    .option("--json", "print it as JSON")
    .addHelpText("after", SCHEDULE_AFTER)
    .action((options: ScheduleOptions) => run("set", options));
  for (const [verb, about] of [
    ["remove", "take it away; workers min stays as it is just now"],
    ["resume", "let it go on after somebody's own change suspended it"],
  ] as const)
    shared(schedule.command(verb))
      .description(about)
      .option("--reason <text>", "why, in 8 characters or more")
      .option("--json", "print it as JSON")
      .action((options: ScheduleOptions) => run(verb, options));
}

/** What was typed as a schedule. Throws a usage error that names the option. */
export function readSchedule(options: ScheduleOptions): EndpointSchedule {
  const whole = (option: string, text: string | undefined, low: number, high: number) =>
    parseWhole(option, text ?? "", low, high);
  const [fromHour, toHour] = [whole("--from", options.from, 0, 23), whole("--to", options.to, 1, 24)];
  if (fromHour === toHour) throw usageError("--to", "must be another hour than --from: whole days are 0 to 24");
  const [workers, otherwise] = [
    whole("--workers", options.workers, 0, WORKERS_MAX),
    whole("--otherwise", options.otherwise, 0, WORKERS_MAX),
  ];
  if (workers === otherwise)
    throw usageError("--workers", "must differ from --otherwise: the same all day is no schedule");
  const timeZone = options.zone ?? "UTC";
  if (!isTimeZone(timeZone)) throw usageError("--zone", `must be a time zone such as Europe/Berlin, not "${timeZone}"`);
  return { weekdays: readDays(options.days ?? ""), fromHour, toHour, workers, otherwise, timeZone };
}

function readDays(text: string): number[] {
  const dayOf = (word: string) => {
    const day = WEEKDAY_WORDS.indexOf(word.trim().toLowerCase().slice(0, 3)) + 1;
    if (day === 0) throw usageError("--days", `must be weekdays such as mon-fri or mon,wed,sat, not "${text}"`);
    return day;
  };
  const days = text.split(",").flatMap((part) => {
    const [first = "", last] = part.split("-");
    if (last === undefined) return [dayOf(first)];
    const [from, to] = [dayOf(first), dayOf(last)];
    if (from > to) throw usageError("--days", `must rise from Monday to Sunday, not "${part}"`);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(days)].sort((one, other) => one - other);
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
