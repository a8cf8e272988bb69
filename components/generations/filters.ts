import { createParser, parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
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

const parseAsInstant = createParser<number>({
  parse(text) {
    const atMs = Date.parse(text);
    return Number.isNaN(atMs) || atMs < 0 ? null : atMs;
  },
  serialize: (atMs) => new Date(atMs).toISOString(),
});

/** The view, as it stands in the URL. Unknown words are dropped, defaults are left out. */
export const filterParsers = {
  state: parseAsArrayOf(parseAsStringLiteral(STATE_FILTERS)).withDefault([]),
  provider: parseAsArrayOf(parseAsStringLiteral(PROVIDER_IDS)).withDefault([]),
  temp: parseAsArrayOf(parseAsStringLiteral(COLD_CLASSES)).withDefault([]),
  mode: parseAsArrayOf(parseAsStringLiteral(OPERATIONS)).withDefault([]),
  failure: parseAsArrayOf(parseAsStringLiteral(FAILURE_MODES)).withDefault([]),
  source: parseAsArrayOf(parseAsStringLiteral(SOURCES)).withDefault([]),
  q: parseAsString.withDefault(""),
  /** ISO 8601; null leaves the side open. `to` is exclusive. */
  from: parseAsInstant,
  to: parseAsInstant,
};

export type FilterKey = (typeof FILTER_KEYS)[number];

export type Filters = {
  [Key in FilterKey | "q"]: NonNullable<ReturnType<(typeof filterParsers)[Key]["parse"]>>;
} & { from: number | null; to: number | null };

export const FILTER_KEYS = ["state", "provider", "temp", "mode", "failure", "source"] as const;

const SEARCH_MAX = 200;

/** The filters in the words of the server. Empty lists are left out: they mean everything. */
export function toQuery(environment: string, filters: Filters) {
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
    fromMs: filters.from ?? undefined,
    toMs: filters.to ?? undefined,
    search: filters.q.trim().slice(0, SEARCH_MAX) || undefined,
  };
}

export function activeCount(filters: Filters): number {
  const span = filters.from === null && filters.to === null ? 0 : 1;
  return FILTER_KEYS.reduce((count, key) => count + filters[key].length, span);
}

export function hasFilters(filters: Filters): boolean {
  return activeCount(filters) > 0 || filters.q.trim().length > 0;
}

/** Counts of the four open states, as the one that the chip stands for. */
export function openCount(states: Partial<Record<GenerationState, number>>): number {
  return OPEN_STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);
}
