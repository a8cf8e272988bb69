import { formatCountFull } from "@/components/format";
import { COLD_WORDS, failureTitle, OPERATION_WORDS, SOURCE_WORDS, STATE_WORDS } from "@/components/words";
import { FAILURE_MODES, type FailureMode } from "@/server/domain/failure-modes";
import {
  COLD_CLASSES,
  type ColdClass,
  type GenerationState,
  OPERATIONS,
  type Operation,
  PROVIDER_IDS,
  PROVIDER_NAMES,
  type ProviderId,
  SOURCES,
  type Source,
} from "@/server/domain/vocabulary";
import { type FilterKey, type Filters, openCount, STATE_FILTERS } from "./filters";

/** How many generations each value would show, the other filters standing. */
export interface FacetCounts {
  total: number;
  /** The total is what was counted, and there are more. */
  more: boolean;
  /** The other counts are of a part of the view. */
  isPart: boolean;
  states: Partial<Record<GenerationState, number>>;
  providers: Partial<Record<ProviderId, number>>;
  operations: Partial<Record<Operation, number>>;
  coldClasses: Partial<Record<ColdClass, number>>;
  failureModes: Partial<Record<FailureMode, number>>;
  sources: Partial<Record<Source, number>>;
}

export interface Chip {
  value: string;
  label: string;
  pressed: boolean;
  /** Null while the counts are on their way, and where only a part was counted. */
  count: number | null;
}

export interface FilterGroup {
  key: FilterKey;
  label: string;
  chips: Chip[];
}

/** How many a view holds, in words. */
export function totalWords({ total, more }: { total: number; more: boolean }): string {
  return `${more ? "More than " : ""}${formatCountFull(total)} ${total === 1 ? "generation" : "generations"}`;
}

/** The filters in force, in words. */
export function filterWords(filters: Filters): string[] {
  const chips = filterGroups(filters, undefined).flatMap(({ label, chips: all }) => {
    const pressed = all.filter((chip) => chip.pressed).map((chip) => chip.label);
    return pressed.length > 0 ? [`${label} ${pressed.join(" or ")}`] : [];
  });
  const words = filters.q.trim();
  return words === "" ? chips : [...chips, `“${words}”`];
}

/** The chips worth showing: status and provider always, the rest where there is something behind them. */
export function filterGroups(filters: Filters, facets: FacetCounts | undefined): FilterGroup[] {
  const group = <Value extends string>(
    key: FilterKey,
    label: string,
    values: readonly Value[],
    labelOf: (value: Value) => string,
    countOf: (counts: FacetCounts, value: Value) => number,
    always: boolean,
  ): FilterGroup => {
    const chips = values.flatMap((value) => {
      const pressed = (filters[key] as readonly string[]).includes(value);
      const count = facets ? countOf(facets, value) : null;
      if (!always && !pressed && (count ?? 0) === 0) return [];
      return [{ value, label: labelOf(value), pressed, count: facets?.isPart ? null : count }];
    });
    return { key, label, chips };
  };
  return [
    group(
      "state",
      "Status",
      STATE_FILTERS,
      (state) => (state === "open" ? "In progress" : STATE_WORDS[state]),
      (counts, state) => (state === "open" ? openCount(counts.states) : (counts.states[state] ?? 0)),
      true,
    ),
    group(
      "provider",
      "Provider",
      PROVIDER_IDS,
      (provider) => PROVIDER_NAMES[provider],
      (counts, provider) => counts.providers[provider] ?? 0,
      true,
    ),
    group(
      "temp",
      "Temperature",
      COLD_CLASSES,
      (cold) => COLD_WORDS[cold],
      (counts, cold) => counts.coldClasses[cold] ?? 0,
      false,
    ),
    group(
      "mode",
      "Mode",
      OPERATIONS,
      (operation) => OPERATION_WORDS[operation],
      (counts, operation) => counts.operations[operation] ?? 0,
      false,
    ),
    group(
      "failure",
      "Failure mode",
      FAILURE_MODES,
      failureTitle,
      (counts, mode) => counts.failureModes[mode] ?? 0,
      false,
    ),
    group(
      "source",
      "Source",
      SOURCES,
      (source) => SOURCE_WORDS[source],
      (counts, source) => counts.sources[source] ?? 0,
      false,
    ),
  ];
}
