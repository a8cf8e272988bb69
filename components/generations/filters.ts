import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { fixedWindow, planOf, type TimeView } from "@/components/time/time-view";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import {
  COLD_CLASSES,
  GENERATION_STATES,
  type GenerationState,
  OPERATIONS,
  PROVIDER_IDS,
  SOURCES,
  TERMINAL_STATES,
} from "@/server/domain/vocabulary";

/** People ask for "what is still going on", not for the four states that mean it. */
export const STATE_FILTERS = ["open", ...TERMINAL_STATES] as const;

const OPEN_STATES: GenerationState[] = GENERATION_STATES.filter(
  (state) => !(TERMINAL_STATES as readonly GenerationState[]).includes(state),
);

/** What is filtered by, as it stands in the URL. Unknown words are dropped, defaults are left out. */
export const filterParsers = {
  state: parseAsArrayOf(parseAsStringLiteral(STATE_FILTERS)).withDefault([]),
  provider: parseAsArrayOf(parseAsStringLiteral(PROVIDER_IDS)).withDefault([]),
  temp: parseAsArrayOf(parseAsStringLiteral(COLD_CLASSES)).withDefault([]),
  mode: parseAsArrayOf(parseAsStringLiteral(OPERATIONS)).withDefault([]),
  failure: parseAsArrayOf(parseAsStringLiteral(FAILURE_MODES)).withDefault([]),
  source: parseAsArrayOf(parseAsStringLiteral(SOURCES)).withDefault([]),
  q: parseAsString.withDefault(""),
};

export type FilterKey = (typeof FILTER_KEYS)[number];

export type Filters = {
  [Key in FilterKey | "q"]: NonNullable<ReturnType<(typeof filterParsers)[Key]["parse"]>>;
};

/** Takes all of them out of the address. */
export const NO_FILTERS = { state: null, provider: null, temp: null, mode: null, failure: null, source: null, q: null };

export const FILTER_KEYS = ["state", "provider", "temp", "mode", "failure", "source"] as const;

const SEARCH_MAX = 200;

interface Span {
  fromMs: number;
  /** Exclusive; absent: up to now, and what comes. */
  toMs?: number;
}

/**
 * The time whose rows are listed. A range is counted from `anchorMs`, which only moves when somebody asks for newer rows:
 * otherwise a list that was scrolled through would begin anew with every tick of the clock.
 */
export function spanOf(view: Pick<TimeView, "range" | "from" | "to">, anchorMs: number): Span {
  return fixedWindow(view) ?? { fromMs: planOf(view, anchorMs).fromMs };
}

/** The filters in the words of the server. Empty lists are left out: they mean everything. */
export function toQuery(environment: string, filters: Filters, span: Span) {
  const some = <Value>(values: Value[]) => (values.length > 0 ? values : undefined);
  const states = filters.state.flatMap<GenerationState>((state) => (state === "open" ? OPEN_STATES : [state]));
  return {
    environment,
    states: some(states),
    providers: some(filters.provider),
    coldClasses: some(filters.temp),
    operations: some(filters.mode),
    failureModes: some(filters.failure),
    sources: some(filters.source),
    fromMs: span.fromMs,
    toMs: span.toMs,
    search: filters.q.trim().slice(0, SEARCH_MAX) || undefined,
  };
}

export function activeCount(filters: Filters): number {
  return FILTER_KEYS.reduce((count, key) => count + filters[key].length, 0);
}

/** Counts of the four open states, as the one that the chip stands for. */
export function openCount(states: Partial<Record<GenerationState, number>>): number {
  return OPEN_STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);
}
