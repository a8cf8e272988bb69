"use client";
import { formatCount, formatLatency, formatTotal } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { QueryStates } from "@/components/ui/query-states";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { Estimate, WhatIf } from "@/server/domain/what-if";

/** What a share would mean for a day, each number with what it is estimated from. */
export function WhatIfList({ shareBp }: { shareBp: number }) {
  const { name: environment } = useEnvironment();
  const query = trpc.gates.whatIf.useQuery(
    { environment, shareBp },
    { placeholderData: (previous) => previous, staleTime: 60_000 },
  );
  return (
    <section aria-label="What if">
      <h3 className="m-0 mb-1 text-body font-medium">What if</h3>
      <QueryStates query={query} what="The estimate">
        {(found) => (
          <>
            <dl className="m-0 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-body">
              <Row
                name={`Requests per day, ${PROVIDER_NAMES[CONTROL]}`}
                estimate={found.requestsPerDay[CONTROL]}
                format={wholeCount}
              />
              <Row
                name={`Requests per day, ${PROVIDER_NAMES[CANDIDATE]}`}
                estimate={found.requestsPerDay[CANDIDATE]}
                format={wholeCount}
              />
              <Row name="Cost per day" estimate={found.costPerDayMicros} format={formatTotal} />
              <Row name="Saving per day" estimate={found.savingPerDayMicros} format={formatTotal} />
              <Row name="Cold starts per day" estimate={found.coldStartsPerDay} format={wholeCount} />
              <Row name="p95, all requests" estimate={found.latencyMsP95} format={formatLatency} />
            </dl>
            <p className="m-0 mt-1 text-small text-ink-3">{[baseWords(found), ...missingWords(found)].join("; ")}.</p>
          </>
        )}
      </QueryStates>
    </section>
  );
}

const wholeCount = (value: number) => formatCount(Math.round(value));

function baseWords({ base }: WhatIf): string {
  const days = base.days >= 1 ? `${Number(base.days.toFixed(1))} days` : "less than a day";
  return `From ${days} of data, est. (${formatCount(base.n.scenario)} generations on ${PROVIDER_NAMES.scenario}, ${formatCount(base.n.comfyui)} on ${PROVIDER_NAMES.comfyui})`;
}

/** Why some of the numbers are not there, each reason once. */
function missingWords({ requestsPerDay, ...rest }: WhatIf): string[] {
  const { costPerDayMicros, savingPerDayMicros, coldStartsPerDay, latencyMsP95 } = rest;
  const all = [...Object.values(requestsPerDay), costPerDayMicros, savingPerDayMicros, coldStartsPerDay, latencyMsP95];
  return [...new Set(all.map(({ missing }) => missing).filter((words) => words !== null))];
}

interface RowProps {
  name: string;
  estimate: Estimate;
  format: (value: number) => string;
}

function Row({ name, estimate, format }: RowProps) {
  return (
    <>
      <dt className="text-ink-2">{name}</dt>
      <dd
        className="m-0 text-right text-ink-1"
        title={estimate.missing ?? `estimated from n = ${formatCount(estimate.n)}`}
      >
        {estimate.value === null ? (
          "–"
        ) : (
          <>
            {format(estimate.value)} <span className="text-small text-ink-3">est.</span>
          </>
        )}
      </dd>
    </>
  );
}
