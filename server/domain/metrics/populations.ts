import { SANDBOX_ENVIRONMENT, type Source } from "@/server/domain/vocabulary";

/**
 * Which traffic a number is of. `callers`: what applications asked for; every figure is of these unless more is asked
 * for. `trials`: what people tried out. `checklist`: runs of the testing checklist, whose failures are provoked. `reports`:
 * made elsewhere and reported by the caller. `imports`: history read from files.
 */
export const POPULATIONS = ["callers", "trials", "checklist", "reports", "imports"] as const;
export type Population = (typeof POPULATIONS)[number];

const POPULATION_OF: Record<Source, Population> = {
  api: "callers",
  cli: "callers",
  playground: "trials",
  checklist: "checklist",
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

/** What counts where nobody says: in the sandbox, where there is little else, also what people tried out. */
export function countedByDefault(environment: string): Population[] {
  return environment === SANDBOX_ENVIRONMENT ? ["callers", "trials"] : ["callers"];
}

/** The total of the roll-ups in which a source is: that of `trials` has the checklist's runs in it as well. */
export function totalNameOf(source: Source): Population {
  const population = POPULATION_OF[source];
  return population === "checklist" ? "trials" : population;
}

/** How these populations are put together: from totals that hold nothing else, and from rows of single sources. */
export function readAs(populations: readonly Population[]): { totals: Population[]; apart: Source[] } {
  const inTrials = (["trials", "checklist"] as const).filter((population) => populations.includes(population));
  const others = populations.filter((population) => population !== "trials" && population !== "checklist");
  return inTrials.length === 2
    ? { totals: [...others, "trials"], apart: [] }
    : { totals: others, apart: sourcesOf(inTrials) };
}

const WORDS: Record<Population, string> = {
  callers: "callers' generations",
  trials: "trials (playground, batch)",
  checklist: "checklist runs",
  reports: "reported generations",
  imports: "imported history",
};

/** For the line that every figure carries: whose numbers these are. */
export function populationWords(populations: readonly Population[]): string {
  return POPULATIONS.filter((population) => populations.includes(population))
    .map((population) => WORDS[population])
    .join(", ");
}

/** What is not in the numbers of these; empty where everything is. */
export function leftOutWords(populations: readonly Population[]): string {
  return populationWords(POPULATIONS.filter((population) => !populations.includes(population)));
}
