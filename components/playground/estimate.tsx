import { formatCountFull, formatLatency, formatMoney } from "@/components/format";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { providersOf, type RunOn } from "./form-state";
import type { Expectation, Expected } from "./use-expected";

/** What a run is likely to take and cost, from the last day's runs; nothing is made up where there were none. */
export function Estimate({ runOn, expected }: { runOn: RunOn; expected: Expected }) {
  return (
    <ul aria-label="Estimate from the last 24 hours" className="m-0 list-none p-0 text-small text-ink-3">
      {providersOf(runOn).map((provider) => {
        const seen = expected(provider);
        return (
          <li key={provider}>
            {PROVIDER_NAMES[provider]} {seen ? expectationWords(seen) : "has no runs of the last 24 hours to judge by"}
          </li>
        );
      })}
    </ul>
  );
}

/** "about 3.0 s warm, 45 s cold; $0.0021 (n = 12)" */
function expectationWords({ latencyMs, coldMs, costMicros, n }: Expectation): string {
  const cold = coldMs === null ? null : `${formatLatency(coldMs)} cold`;
  const time =
    cold === null
      ? formatLatency(latencyMs)
      : latencyMs === coldMs
        ? cold
        : `${formatLatency(latencyMs)} warm, ${cold}`;
  return `about ${time}; ${formatMoney(costMicros)} (n = ${formatCountFull(n)})`;
}
