"use client";
import { keepPreviousData } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import type { ProviderId } from "@/server/domain/vocabulary";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface Expectation {
  /** Median latency of what found a warm worker; where nothing did, of what there was. */
  latencyMs: number | null;
  /** Median latency of what waited for a worker to start; null where nothing did. */
  coldMs: number | null;
  /** A run, on average. */
  costMicros: number | null;
  n: number;
}

export type Expected = (provider: ProviderId) => Expectation | null;

const endOfMinute = () => Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;

/**
 * What each provider took and cost over the last day, trials included; nothing is made up where nothing was seen.
 * `lookAgain` counts what has ended since.
 */
export function useExpected(): { expected: Expected; lookAgain: () => void } {
  const { name } = useEnvironment();
  const utils = trpc.useUtils();
  const [toMs, setToMs] = useState(endOfMinute);
  const lookAgain = useCallback(() => {
    setToMs(endOfMinute());
    void utils.metrics.totals.invalidate();
  }, [utils]);
  const day = trpc.metrics.totals.useQuery(
    { environment: name, fromMs: toMs - DAY_MS, toMs, populations: ["callers", "trials"] },
    { placeholderData: keepPreviousData },
  );
  const expected: Expected = (provider) => {
    const numbers = day.data?.current[provider];
    if (!numbers) return null;
    const { latency, latencyWarm, latencyCold, priced, costMicros } = numbers;
    const population = latencyWarm.n > 0 ? latencyWarm : latency;
    if (population.n === 0) return null;
    return {
      latencyMs: population.msP50,
      coldMs: latencyCold.msP50,
      costMicros: priced > 0 ? Math.round(costMicros / priced) : null,
      n: population.n,
    };
  };
  return { expected, lookAgain };
}
