import { type EndpointSchedule, endpointScheduleInput, keptHoursPerWeek } from "@/server/domain/endpoint/schedule";
import type { WorkerPrice } from "@/server/domain/endpoint/standing-price";
import { costOf, type Micros } from "@/server/domain/money";
import { zodProblems } from "@/server/domain/zod-problems";

/** A schedule as it is typed. */
export interface ScheduleForm {
  weekdays: readonly number[];
  fromHour: string;
  toHour: string;
  workers: string;
  otherwise: string;
  timeZone: string;
}

export function formOfSchedule(schedule: EndpointSchedule): ScheduleForm {
  const { weekdays, fromHour, toHour, workers, otherwise, timeZone } = schedule;
  return {
    weekdays,
    fromHour: String(fromHour),
    toHour: String(toHour),
    workers: String(workers),
    otherwise: String(otherwise),
    timeZone,
  };
}

export interface ReadSchedule {
  /** Null while something is wrong. */
  schedule: EndpointSchedule | null;
  problemOf(field: keyof ScheduleForm): string | null;
}

/** What was typed, by the rules that the server has. */
export function readScheduleForm(form: ScheduleForm): ReadSchedule {
  const number = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));
  const parsed = endpointScheduleInput.safeParse({
    weekdays: [...form.weekdays],
    fromHour: number(form.fromHour),
    toHour: number(form.toHour),
    workers: number(form.workers),
    otherwise: number(form.otherwise),
    timeZone: form.timeZone.trim(),
  });
  const problems = parsed.error ? zodProblems(parsed.error) : [];
  const ruleOf = (field: keyof ScheduleForm) =>
    problems.find((problem) => problem.field.split(".")[0] === field)?.rule ?? null;
  return { schedule: parsed.data ?? null, problemOf: ruleOf };
}

/** What is kept in a week beyond what would be kept anyway; null: no price is known. */
export function schedulePerWeek(schedule: EndpointSchedule, price: WorkerPrice | null): Micros | null {
  const { workers, otherwise } = schedule;
  const hours = keptHoursPerWeek(schedule);
  const workerHours = hours * workers + (7 * 24 - hours) * otherwise;
  return price === null ? null : costOf(workerHours * 3_600, price.high);
}
