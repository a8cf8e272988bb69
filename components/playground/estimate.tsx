import { formatLatency, formatMoney } from "@/components/format";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { providersOf, type RunOn } from "./form-state";
import type { useExpected } from "./use-expected";

/** What a run is likely to take and cost, from the last day's runs; says nothing where there were none. */
export function Estimate({ runOn, expected }: { runOn: RunOn; expected: ReturnType<typeof useExpected> }) {
  const lines = providersOf(runOn).flatMap((provider) => {
    const seen = expected(provider);
    if (seen === null) return [];
    return [
      `${PROVIDER_NAMES[provider]} about ${formatLatency(seen.latencyMs)}, ${formatMoney(seen.costMicros)} (n = ${seen.n})`,
    ];
  });
  if (lines.length === 0) return null;
  return (
    <ul aria-label="Estimate from the last 24 hours" className="m-0 list-none p-0 text-small text-ink-3">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
