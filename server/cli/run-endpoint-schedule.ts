import { type EndpointSchedule, scheduledWorkers, scheduleWords } from "@/server/domain/endpoint/schedule";
import type { ShownSchedule } from "@/server/endpoint/read-status";
import { applySchedule } from "@/server/endpoint/schedule/apply-schedule";
import {
  removeEndpointSchedule,
  resumeEndpointSchedule,
  setEndpointSchedule,
} from "@/server/endpoint/schedule/set-schedule";
import type { ScheduleOptions } from "./endpoint";
import { EXIT } from "./exit-codes";
import { pairs } from "./format";
import { readStatus, withEndpoint } from "./run-endpoint";
import type { Tools } from "./tools";

interface Order {
  verb: "show" | "set" | "remove" | "resume";
  wanted: EndpointSchedule | null;
  reason: string;
}

/** Does what was asked and applies it at once: with no server running nobody else would before one does. */
export function runSchedule(tools: Tools, options: ScheduleOptions, { verb, wanted, reason }: Order): Promise<number> {
  const { terminal } = tools;
  return withEndpoint(tools, options, async (endpoint, _status, rollout) => {
    const { environment, operator } = rollout;
    const now = new Date();
    const input = { environment, reason };
    if (wanted !== null) await setEndpointSchedule(endpoint, operator, { ...input, schedule: wanted });
    if (verb === "remove") await removeEndpointSchedule(endpoint, operator, input);
    if (verb === "resume") await resumeEndpointSchedule(endpoint, operator, input);
    if (verb === "set" || verb === "resume") await applySchedule(endpoint, environment, now);
    const status = await readStatus(endpoint, rollout);
    const schedule = status?.schedule ?? null;
    const workersMin = status?.settings.workersMin ?? null;
    if (options.json) terminal.data(JSON.stringify({ environment, schedule, workersMin }, null, 2));
    else if (schedule === null) terminal.say(`no schedule in ${environment}; workers min is ${workersMin}`);
    else for (const line of scheduleLines(schedule, workersMin, now)) terminal.data(line);
    return EXIT.ok;
  });
}

export function scheduleLines(schedule: ShownSchedule, workersMin: number | null, now: Date): string[] {
  const { suspendedBy, problem, setBy } = schedule;
  const wanted = scheduledWorkers(schedule, now.getTime());
  const force =
    suspendedBy !== null
      ? `suspended by ${suspendedBy}: switchyard endpoint schedule resume`
      : problem !== null
        ? `could not be applied: ${problem}`
        : "in force";
  return pairs([
    ["schedule", scheduleWords(schedule)],
    ["set by", setBy],
    ["state", force],
    ["workers min", `${workersMin ?? "unknown"} now, ${wanted} by the schedule`],
  ]);
}
