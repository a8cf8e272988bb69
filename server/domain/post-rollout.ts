import { addWeeks, formatIsoWeek, isoWeekOfDate } from "./iso-week";
import { addDays, dateAt } from "./time-zone";

interface Stage {
  key: "week_1" | "weeks_2_4" | "month_2";
  title: string;
  /** Days since all traffic went to the candidate, the first one 0; null: without end. */
  fromDay: number;
  toDay: number | null;
  lines: readonly string[];
}

/** The plan's Post-Rollout section, line by line. */
const STAGES: readonly Stage[] = [
  {
    key: "week_1",
    title: "Week 1",
    fromDay: 0,
    toDay: 7,
    lines: ["Monitor metrics daily", "Address any issues immediately", "Document any unexpected behavior"],
  },
  {
    key: "weeks_2_4",
    title: "Week 2-4",
    fromDay: 7,
    toDay: 28,
    lines: ["Monitor metrics weekly", "Optimize endpoint configuration", "Plan Scenario deprecation"],
  },
  {
    key: "month_2",
    title: "Month 2+",
    fromDay: 28,
    toDay: null,
    lines: ["Remove Scenario dependency (Task 12)", "Celebrate cost savings!"],
  },
];

export type DueState = "done" | "due" | "missed" | "ahead";

export interface DueItem {
  /** A date, such as `2026-11-25`, or a week, such as `2026-W48`. */
  on: string;
  state: DueState;
  by: string | null;
}

export interface PostRolloutFacts {
  /** Since when all traffic goes to the candidate without a break; null where it does not. */
  startedAtMs: number | null;
  looks: readonly { date: string; by: string }[];
  signedWeeks: readonly { week: string; by: string }[];
  isRemoved: boolean;
  timeZone: string;
  nowMs: number;
}

export interface PostRollout {
  startedAtMs: number | null;
  stages: (Stage & { state: "over" | "current" | "ahead" })[];
  /** Week 1: one look a day. */
  days: DueItem[];
  /** Weeks 2 to 4: one signed review a week. */
  weeks: DueItem[];
  next: { what: "reach_all_traffic" | "daily_look" | "weekly_review" | "removal"; on: string | null } | null;
}

/** What of the plan's time after the rollout is done, and what is due next. Days are those of the zone. */
export function postRollout(facts: PostRolloutFacts): PostRollout {
  const { startedAtMs } = facts;
  if (startedAtMs === null) {
    const stages = STAGES.map((stage) => ({ ...stage, state: "ahead" as const }));
    return { startedAtMs, stages, days: [], weeks: [], next: { what: "reach_all_traffic", on: null } };
  }
  const first = dateAt(startedAtMs, facts.timeZone);
  const today = dateAt(facts.nowMs, facts.timeZone);
  const stages = STAGES.map((stage) => {
    const isOver = stage.toDay !== null && today >= addDays(first, stage.toDay);
    const isAhead = today < addDays(first, stage.fromDay);
    return { ...stage, state: isOver ? ("over" as const) : isAhead ? ("ahead" as const) : ("current" as const) };
  });
  const days = Array.from({ length: 7 }, (_, index): DueItem => {
    const on = addDays(first, index);
    const look = facts.looks.find(({ date }) => date === on);
    if (look) return { on, state: "done", by: look.by };
    return { on, state: on === today ? "due" : on < today ? "missed" : "ahead", by: null };
  });
  const thisWeek = formatIsoWeek(isoWeekOfDate(today));
  const weeks = [7, 14, 21].map((day): DueItem => {
    const on = formatIsoWeek(isoWeekOfDate(addDays(first, day)));
    const signed = facts.signedWeeks.find(({ week }) => week === on);
    if (signed) return { on, state: "done", by: signed.by };
    // A week is reviewed when it is over, and missed once the one after it is over as well.
    const dueIn = formatIsoWeek(addWeeks(isoWeekOfDate(addDays(first, day)), 1));
    return { on, state: thisWeek < dueIn ? "ahead" : thisWeek === dueIn ? "due" : "missed", by: null };
  });
  return { startedAtMs, stages, days, weeks, next: nextOf(days, weeks, facts.isRemoved) };
}

function nextOf(days: DueItem[], weeks: DueItem[], isRemoved: boolean): PostRollout["next"] {
  const day = days.find(({ state }) => state === "due") ?? days.find(({ state }) => state === "ahead");
  if (day) return { what: "daily_look", on: day.on };
  // A missed week can still be signed, and should be; a missed day is gone.
  const week = weeks.find(({ state }) => state !== "done");
  if (week) return { what: "weekly_review", on: week.on };
  return isRemoved ? null : { what: "removal", on: null };
}

export interface RemovalFacts {
  shareBp: number;
  /** For how long the control must have made nothing. */
  soakDays: number;
  /** Generations and attempts of the control in that time. */
  controlUses: number;
  /** All traffic has gone to the candidate for this long. */
  heldDays: number;
  missingVariables: readonly string[];
  /** Of the last whole week with traffic: the low end of the savings' interval; null where it is not known. */
  proof: { week: string; savingsLowMicros: number | null } | null;
}

export interface RemovalCondition {
  key: "all_traffic" | "unused" | "credentials" | "savings";
  isMet: boolean;
  words: string;
}

/** The plan's last two lines as facts: the control is removed, and the savings are proved. */
export function removalConditions(facts: RemovalFacts): RemovalCondition[] {
  const { shareBp, soakDays, heldDays, controlUses, missingVariables, proof } = facts;
  const savingsLow = proof?.savingsLowMicros ?? null;
  return [
    {
      key: "all_traffic",
      isMet: shareBp === 10_000,
      words: shareBp === 10_000 ? "ComfyUI serves all traffic" : `ComfyUI serves ${shareBp / 100}% of traffic`,
    },
    {
      key: "unused",
      isMet: shareBp === 10_000 && heldDays >= soakDays && controlUses === 0,
      words:
        controlUses === 0 && heldDays >= soakDays
          ? `Scenario has made nothing for ${soakDays} days`
          : controlUses > 0
            ? `Scenario was used ${controlUses} times in the last ${soakDays} days`
            : `All traffic has been on ComfyUI for ${Math.floor(heldDays)} of ${soakDays} days`,
    },
    {
      key: "credentials",
      isMet: missingVariables.length > 0,
      words:
        missingVariables.length > 0
          ? "Scenario's credentials are removed"
          : "Scenario's credentials are still set: they are the way back",
    },
    {
      key: "savings",
      isMet: savingsLow !== null && savingsLow > 0,
      words:
        proof === null || savingsLow === null
          ? "No whole week has known savings yet"
          : savingsLow > 0
            ? `${proof.week} has saved money at the low end of its interval`
            : `${proof.week} has not proved a saving`,
    },
  ];
}
