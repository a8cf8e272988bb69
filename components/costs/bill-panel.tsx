"use client";
import { formatRate, formatTotal } from "@/components/format";
import { trpc } from "@/components/trpc/client";
import { Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { StatusBadge } from "@/components/ui/status";
import type { Review } from "./review-type";

/** How far the ledger can be trusted: what RunPod billed in the week, and how much of it is explained. */
export function BillPanel({ review: { environment, week, timeZone } }: { review: Review }) {
  const bill = trpc.costs.reconciliation.useQuery({ environment, week, timeZone });
  const isWithin = bill.data?.isWithin ?? null;
  return (
    <Panel
      title="RunPod's bill"
      note="hours that are billed, of all environments on this endpoint"
      aside={<StatusBadge state={isWithin === null ? "unknown" : isWithin ? "ok" : "watch"} />}
    >
      <QueryStates
        query={bill}
        what="The bill"
        isEmpty={(data) => data === null || data.captureRate === null}
        empty="Nothing of this week is billed yet, so costs are estimates. Bills are fetched every hour."
      >
        {(data) => (
          <Facts
            facts={[
              { name: "Billed", value: formatTotal(data?.billedMicros) },
              {
                name: "Explained",
                value: `${formatTotal(data?.explainedMicros)}, capture rate ${formatRate(data?.captureRate)} (98% to 102% wanted)`,
              },
              { name: "Not explained", value: formatTotal(data?.unexplainedMicros) },
              {
                name: "Corrections",
                value: data?.corrections ? `${data.corrections} hours were billed otherwise before` : "none",
              },
            ]}
          />
        )}
      </QueryStates>
    </Panel>
  );
}
