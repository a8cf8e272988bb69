import type { ColdStartEvidence, ColdStartVerdict } from "@/server/domain/cold-start";
import * as pricing from "@/server/domain/pricing";
import type { ProviderId } from "@/server/domain/vocabulary";
import { PROVIDER_DEFAULTS, type ProviderSettings } from "@/server/providers/settings";
import type { JobTiming } from "@/server/providers/types";
import type { ClaimedGeneration, EngineDeps, OpenAttempt } from "./types";

type Prices = Pick<EngineDeps, "config" | "prices" | "provider">;
/** What pricing by the control's list needs; history is priced without an engine. */
export type BaselinePrices = Pick<Prices, "config" | "provider"> & { prices: Pick<Prices["prices"], "rows"> };
/** What of a generation its cost depends on. */
type Priced = { environment: string; params: Pick<ClaimedGeneration["params"], "operation" | "count"> };
/** Prices of its day count, by the database's clock: an instance's own may be of another day. */
type PricedInTime = Priced & Pick<ClaimedGeneration, "createdAtMs" | "ageMs">;
type PricedJob = Pick<OpenAttempt, "provider" | "model" | "quotedUnits" | "submittedAgeMs">;

function modelOf(deps: Pick<Prices, "provider">, generation: Priced, provider: ProviderId): string | null {
  return deps.provider(generation.environment, provider)?.modelFor(generation.params.operation) ?? null;
}

/** What to set aside before the call, at the prices of `atMs`; null where no price is known. */
export function estimateMicros(
  deps: BaselinePrices,
  generation: Priced,
  provider: ProviderId,
  atMs: number,
): number | null {
  return pricing.estimateMicros({
    provider,
    operation: generation.params.operation,
    model: modelOf(deps, generation, provider) ?? "",
    gpuType: deps.config.providerSettings(generation.environment).comfyui.gpuType,
    imageCount: generation.params.count,
    prices: deps.prices.rows(),
    atMs,
    idleTimeoutMs: deps.config.idleTimeoutMs,
  });
}

/** What the same work would have cost at the control at that time, whether or not the control is configured. */
export function baselineOf(deps: BaselinePrices, generation: Priced, imageCount: number, atMs: number): number | null {
  const { scenario } = deps.config.providerSettings(generation.environment);
  return pricing.baselineMicros({
    operation: generation.params.operation,
    model: modelOf(deps, generation, "scenario") ?? configuredControlModel(scenario, generation),
    imageCount,
    prices: deps.prices.rows(),
    atMs,
  });
}

/** What the control's adapter would answer, were it there: a command may run without one, and in the end nobody has one. */
function configuredControlModel(
  { api, models }: Pick<ProviderSettings["scenario"], "api" | "models">,
  { params: { operation } }: Priced,
): string {
  const key = operation === "remove_background" ? "removeBackground" : operation;
  return models[key] ?? PROVIDER_DEFAULTS.scenario.models[api][key];
}

export interface AttemptFacts {
  outcome: "succeeded" | "failed" | "cancelled";
  timing: JobTiming;
  verdict: ColdStartVerdict | null;
  evidence: ColdStartEvidence | null;
  billedUnits: number | null;
  imageCount: number;
}

/** The attempt's cost at the prices of its submission, with its ledger lines. */
export function costOfAttempt(
  deps: Prices,
  generation: PricedInTime,
  attempt: PricedJob,
  facts: AttemptFacts,
): pricing.AttemptCost {
  return pricing.priceAttempt({
    provider: attempt.provider,
    operation: generation.params.operation,
    outcome: facts.outcome,
    model: attempt.model ?? modelOf(deps, generation, attempt.provider) ?? "",
    gpuType: deps.config.providerSettings(generation.environment).comfyui.gpuType,
    timing: facts.timing,
    verdict: facts.verdict,
    billedUnits: facts.billedUnits,
    quotedUnits: attempt.quotedUnits,
    imageCount: facts.imageCount,
    prices: deps.prices.rows(),
    atMs: generation.createdAtMs + generation.ageMs - (attempt.submittedAgeMs ?? 0),
    idleTimeoutMs: deps.config.idleTimeoutMs,
    workerIdleBeforeMs: facts.evidence?.workerLastSeenMsAgo ?? null,
  });
}
