import type { Micros } from "@/server/domain/money";
import { CANDIDATE, CONTROL, type ProviderId } from "@/server/domain/vocabulary";
import { ACCOUNTS, type Account, type CostPart, PART_OF_ACCOUNT, perAccount, perPart } from "./accounts";

/** One provider over one span of time. Money is what is known of it; `costUnknown` says how far that can be trusted. */
export interface ProviderFigures {
  /** Callers' generations that succeeded, and their pictures. */
  generations: number;
  images: number;
  coldStarts: number;
  accounts: Record<Account, Micros>;
  /** Of the accounts: what is an estimate that no bill has settled yet. */
  estimated: Record<Account, Micros>;
  /** What these pictures would have cost at the control, by its list price of the day. */
  baselineMicros: Micros;
  /** Ended attempts of unknown cost; succeeded generations without a baseline. */
  costUnknown: number;
  baselineUnknown: number;
}

export type Figures = Record<ProviderId, ProviderFigures>;

export function noFigures(): Figures {
  const none = (): ProviderFigures => ({
    generations: 0,
    images: 0,
    coldStarts: 0,
    accounts: perAccount(() => 0),
    estimated: perAccount(() => 0),
    baselineMicros: 0,
    costUnknown: 0,
    baselineUnknown: 0,
  });
  return { scenario: none(), comfyui: none() };
}

export function addFigures(all: readonly Figures[]): Figures {
  const of = (id: ProviderId): ProviderFigures => {
    const sum = (pick: (figures: ProviderFigures) => number) => all.reduce((total, each) => total + pick(each[id]), 0);
    return {
      generations: sum((each) => each.generations),
      images: sum((each) => each.images),
      coldStarts: sum((each) => each.coldStarts),
      accounts: perAccount((account) => sum((each) => each.accounts[account])),
      estimated: perAccount((account) => sum((each) => each.estimated[account])),
      baselineMicros: sum((each) => each.baselineMicros),
      costUnknown: sum((each) => each.costUnknown),
      baselineUnknown: sum((each) => each.baselineUnknown),
    };
  };
  return { scenario: of("scenario"), comfyui: of("comfyui") };
}

/** One row of the table of providers. Null money is unknown, never nothing; `knownMicros` is the part that is known. */
export interface ProviderCost {
  provider: ProviderId;
  images: number;
  generations: number;
  coldStarts: number;
  parts: Record<CostPart, Micros>;
  accounts: Record<Account, Micros>;
  knownMicros: Micros;
  costMicros: Micros | null;
  /** Where an input is estimated the true cost lies between these; equal where nothing is. */
  costMicrosLow: Micros | null;
  costMicrosHigh: Micros | null;
  /** What the control alone would have cost: its list price for what was migrated, its own bill for the rest. */
  baselineMicros: Micros | null;
  /** Everything paid for callers, failures and idle time included, over the pictures delivered to them. */
  costPerImageMicros: Micros | null;
  costUnknown: number;
  baselineUnknown: number;
}

export function toProviderCost(provider: ProviderId, figures: ProviderFigures): ProviderCost {
  const parts = perPart(() => 0);
  for (const account of ACCOUNTS) parts[PART_OF_ACCOUNT[account]] += figures.accounts[account];
  const knownMicros = ACCOUNTS.reduce((sum, account) => sum + figures.accounts[account], 0);
  const costMicros = figures.costUnknown > 0 ? null : knownMicros;
  // Idle time whose worker is not known is put at half of the time-out, so it is between nothing and twice that; a
  // reservation stands for a job that may not have run, and was chosen so that few cost more.
  const idle = Math.max(0, figures.estimated.idle_tail);
  const reserved = Math.max(0, figures.estimated.reserved);
  // What the control made costs the same with the control alone, so nothing is saved or lost by it: its own bill is its
  // baseline, however its units differ from the list price of a picture. Savings come of what was migrated.
  const isControl = provider === CONTROL;
  const baselineUnknown = isControl ? figures.costUnknown : figures.baselineUnknown;
  const baselineMicros = isControl ? knownMicros : figures.baselineMicros;
  return {
    provider,
    images: figures.images,
    generations: figures.generations,
    coldStarts: figures.coldStarts,
    parts,
    accounts: figures.accounts,
    knownMicros,
    costMicros,
    costMicrosLow: costMicros === null ? null : costMicros - idle - reserved,
    costMicrosHigh: costMicros === null ? null : costMicros + idle,
    baselineMicros: baselineUnknown > 0 ? null : baselineMicros,
    costPerImageMicros:
      costMicros === null || figures.images === 0 ? null : Math.round((costMicros - parts.trials) / figures.images),
    costUnknown: figures.costUnknown,
    baselineUnknown,
  };
}

/** A span of time as it is shown: both providers, and what they come to together. */
export interface CostSummary {
  providers: Record<ProviderId, ProviderCost>;
  images: number;
  parts: Record<CostPart, Micros>;
  knownMicros: Micros;
  costMicros: Micros | null;
  costMicrosLow: Micros | null;
  costMicrosHigh: Micros | null;
  baselineMicros: Micros | null;
  costUnknown: number;
  baselineUnknown: number;
}

export function summarize(figures: Figures): CostSummary {
  const scenario = toProviderCost(CONTROL, figures.scenario);
  const comfyui = toProviderCost(CANDIDATE, figures.comfyui);
  return {
    providers: { scenario, comfyui },
    images: scenario.images + comfyui.images,
    parts: perPart((part) => scenario.parts[part] + comfyui.parts[part]),
    knownMicros: scenario.knownMicros + comfyui.knownMicros,
    costMicros: plus(scenario.costMicros, comfyui.costMicros),
    costMicrosLow: plus(scenario.costMicrosLow, comfyui.costMicrosLow),
    costMicrosHigh: plus(scenario.costMicrosHigh, comfyui.costMicrosHigh),
    baselineMicros: plus(scenario.baselineMicros, comfyui.baselineMicros),
    costUnknown: scenario.costUnknown + comfyui.costUnknown,
    baselineUnknown: scenario.baselineUnknown + comfyui.baselineUnknown,
  };
}

function plus(left: Micros | null, right: Micros | null): Micros | null {
  return left === null || right === null ? null : left + right;
}
