import { createParser, parseAsStringLiteral } from "nuqs/server";
import { ZONES } from "@/components/time/time-view";
import { formatIsoWeek, parseIsoWeek } from "@/server/domain/iso-week";

/** The name of a week that exists, in its one form; null for what is none. */
export function weekName(text: string): string | null {
  const week = parseIsoWeek(text);
  return "rule" in week ? null : formatIsoWeek(week);
}

/** Why a text is no week, as a sentence; null where it is one. */
export function weekProblem(text: string): string | null {
  const week = parseIsoWeek(text);
  return "rule" in week ? `The week ${week.rule}.` : null;
}

function comparedWith(text: string): string | null {
  return text === "prev" || text === "none" ? text : weekName(text);
}

/** Why a week cannot be laid beside another, as a sentence; null where it can. */
export function compareProblem(text: string, shown: string): string | null {
  const name = weekName(text);
  if (name === null) return weekProblem(text);
  return name < shown ? null : `The week must be before ${shown}.`;
}

/** What the Costs page shows, as it stands in its address. No week: the one that it is. */
export const weekParsers = {
  week: createParser<string>({ parse: weekName, serialize: (name) => name }),
  tz: parseAsStringLiteral(ZONES).withDefault("local"),
  /** `prev`: the week before; else a week's name, or `none`. */
  cmp: createParser<string>({ parse: comparedWith, serialize: (name) => name }).withDefault("prev"),
};

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", timeZone: "UTC" });
const year = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const at = (date: string) => Date.parse(`${date}T00:00:00Z`);

/** `16 Nov – 22 Nov 2026` of two dates. */
export function spanWords(from: string, to: string): string {
  return `${day.format(at(from))} – ${year.format(at(to))}`;
}

/** `Mon 16` of a date. */
export function dayWords(date: string): string {
  return weekday.format(at(date));
}

/** `22 Nov 2026` of a date. */
export function dateWords(date: string): string {
  return year.format(at(date));
}
