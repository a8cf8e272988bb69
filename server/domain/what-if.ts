import { CANDIDATE, CONTROL, PROVIDER_IDS, PROVIDER_NAMES, type ProviderId } from "./vocabulary";

/** A number that nobody measured: where from, on how many, or why there is none. */
export interface Estimate {
  /** Null: the base does not tell; `missing` says what is not there. */
  value: number | null;
  n: number;
  missing: string | null;
}

/** What a share would mean, from what the last days showed. */
export interface WhatIf {
  environment: string;
  shareBp: number;
  /** The days behind the numbers: at most seven, fewer where there is less; sources api and cli. */
  base: { fromMs: number; toMs: number; days: number; n: Record<ProviderId, number> };
  requestsPerDay: Record<ProviderId, Estimate>;
  costPerDayMicros: Estimate;
  /** Against all of it at the control; negative when it costs more. */
  savingPerDayMicros: Estimate;
  /** At the candidate's measured frequency; more traffic usually lowers it. */
  coldStartsPerDay: Estimate;
  /** Over all requests, both providers mixed by the share. */
  latencyMsP95: Estimate;
}

/** One provider's days. */
export interface ProviderBase {
  generations: number;
  /** Generations whose cost is known, and its sum. */
  priced: number;
  costMicros: number;
  /** Generations whose cost at the control is known, and its sum. */
  baselined: number;
  baselineMicros: number;
  coldKnown: number;
  cold: number;
  /** The newest succeeded ones, a sample where there are many. */
  latenciesMs: number[];
}

export interface WhatIfBase {
  fromMs: number;
  toMs: number;
  /** All requests, also those that named their provider: the share moves the day's traffic. */
  requests: number;
  providers: Record<ProviderId, ProviderBase>;
}

const DAY_MS = 24 * 3_600_000;

export function whatIfOf(environment: string, shareBp: number, base: WhatIfBase): WhatIf {
  const days = (base.toMs - base.fromMs) / DAY_MS;
  const weightOf = (provider: ProviderId) => (provider === CANDIDATE ? shareBp : 10_000 - shareBp) / 10_000;
  const weights: Record<ProviderId, number> = { scenario: weightOf("scenario"), comfyui: weightOf("comfyui") };
  const perDay = days > 0 && base.requests > 0 ? base.requests / days : null;
  const used = PROVIDER_IDS.filter((provider) => weights[provider] > 0);
  const unitCost = (provider: ProviderId): number | null => {
    const { priced, costMicros } = base.providers[provider];
    return priced > 0 ? costMicros / priced : null;
  };
  const pricedOf = (providers: readonly ProviderId[]) =>
    providers.reduce((sum, provider) => sum + base.providers[provider].priced, 0);
  const requests = (provider: ProviderId): Estimate =>
    perDay === null ? absent("no requests in these days") : estimate(perDay * weights[provider], base.requests);

  const unpriced = used.filter((provider) => unitCost(provider) === null);
  const cost =
    perDay === null || unpriced.length > 0
      ? null
      : used.reduce((sum, provider) => sum + perDay * weights[provider] * (unitCost(provider) ?? 0), 0);
  const costMissing =
    perDay === null ? "no requests in these days" : `no priced generations of ${names(unpriced)} in these days`;
  const baselined = PROVIDER_IDS.reduce((sum, provider) => sum + base.providers[provider].baselined, 0);
  const baseline = PROVIDER_IDS.reduce((sum, provider) => sum + base.providers[provider].baselineMicros, 0);
  const candidate = base.providers[CANDIDATE];
  // Only what moves saves: what stays costs the same with Scenario alone.
  const moved = (perDay ?? 0) * weights[CANDIDATE];
  const savingOf = (baselineEach: number) => Math.round(moved * (baselineEach - (unitCost(CANDIDATE) ?? 0)));
  const cold = perDay !== null && candidate.coldKnown > 0 ? candidate.cold / candidate.coldKnown : null;
  const p95 = mixedQuantile(
    used.map((provider) => ({ weight: weights[provider], values: base.providers[provider].latenciesMs })),
    0.95,
  );
  const unseen = used.filter((provider) => base.providers[provider].latenciesMs.length === 0);

  return {
    environment,
    shareBp,
    base: {
      fromMs: base.fromMs,
      toMs: base.toMs,
      days,
      n: { scenario: base.providers.scenario.generations, comfyui: base.providers.comfyui.generations },
    },
    requestsPerDay: { scenario: requests("scenario"), comfyui: requests("comfyui") },
    costPerDayMicros: cost === null ? absent(costMissing) : estimate(Math.round(cost), pricedOf(used)),
    savingPerDayMicros:
      cost === null
        ? absent(costMissing)
        : baselined === 0 || perDay === null
          ? absent(`no generations with a price at ${PROVIDER_NAMES[CONTROL]} in these days`)
          : estimate(savingOf(baseline / baselined), baselined),
    coldStartsPerDay:
      weights[CANDIDATE] === 0 && perDay !== null
        ? estimate(0, base.requests)
        : cold === null || perDay === null
          ? absent(`no generations of ${PROVIDER_NAMES[CANDIDATE]} whose class is known in these days`)
          : estimate(perDay * weights[CANDIDATE] * cold, candidate.coldKnown),
    latencyMsP95:
      p95 === null
        ? absent(`no succeeded generations of ${names(unseen)} in these days`)
        : estimate(
            p95,
            used.reduce((sum, provider) => sum + base.providers[provider].latenciesMs.length, 0),
          ),
  };
}

/** The quantile of several distributions mixed by their weights; null when one of them is not known. */
export function mixedQuantile(parts: { weight: number; values: readonly number[] }[], quantile: number): number | null {
  if (parts.length === 0 || parts.some(({ values }) => values.length === 0)) return null;
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const points = parts
    .flatMap(({ weight, values }) => values.map((value) => ({ value, weight: weight / values.length })))
    .sort((left, right) => left.value - right.value);
  let reached = 0;
  for (const { value, weight } of points) {
    reached += weight;
    // Sums of fractions miss the exact rank by a rounding.
    if (reached >= quantile * total - 1e-9) return value;
  }
  return points.at(-1)?.value ?? null;
}

const absent = (missing: string): Estimate => ({ value: null, n: 0, missing });
const estimate = (value: number, n: number): Estimate => ({ value, n, missing: null });
const names = (providers: readonly ProviderId[]) => providers.map((id) => PROVIDER_NAMES[id]).join(" and ");
