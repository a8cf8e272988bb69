import type { Source } from "@/server/domain/vocabulary";

/**
 * Which traffic a number is of. `callers`: what applications asked for; every figure is of these unless more is asked
 * for. `trials`: what people and tools tried out. `reports`: made elsewhere and reported by the caller. `imports`:
 * history read from files.
 */
export const POPULATIONS = ["callers", "trials", "reports", "imports"] as const;
export type Population = (typeof POPULATIONS)[number];

const POPULATION_OF: Record<Source, Population> = {
  api: "callers",
  cli: "callers",
  playground: "trials",
  checklist: "trials",
  batch: "trials",
  report: "reports",
  import: "imports",
};

export function populationOf(source: Source): Population {
  return POPULATION_OF[source];
}

export function sourcesOf(populations: readonly Population[]): Source[] {
  return (Object.keys(POPULATION_OF) as Source[]).filter((source) => populations.includes(POPULATION_OF[source]));
}

const WORDS: Record<Population, string> = {
  callers: "callers' generations",
  trials: "trials (playground, checklist, batch)",
  reports: "reported generations",
  imports: "imported history",
};

/** For the line that every figure carries: whose numbers these are. */
export function populationWords(populations: readonly Population[]): string {
  return POPULATIONS.filter((population) => populations.includes(population))
    .map((population) => WORDS[population])
    .join(", ");
}
