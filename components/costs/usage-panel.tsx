"use client";
import { formatRate, formatTotal } from "@/components/format";
import { trpc } from "@/components/trpc/client";
import { Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import type { Review } from "./review-type";

/** What Scenario says was used of the account, beside what its jobs here came to. Nothing while it has told no day. */
export function UsagePanel({ review: { environment, week, timeZone } }: { review: Review }) {
  const usage = trpc.costs.usage.useQuery({ environment, week, timeZone });
  if (usage.data == null || usage.data.days.length === 0) return null;
  const { days, units, usedMicros, explainedMicros, unexplainedMicros, captureRate, corrections } = usage.data;
  return (
    <Panel
      title="Scenario's usage"
      note="whole UTC days, of everybody who uses this account; each job's own bill is what the ledger goes by"
      className="no-print"
    >
      <Facts
        facts={[
          {
            name: "Used",
            value: `${units.toLocaleString("en-US")} creative units in ${days.length} ${days.length === 1 ? "day" : "days"}, ${usedMicros === null ? "of unknown cost: no price of a unit" : formatTotal(usedMicros)}`,
          },
          { name: "Explained", value: `${formatTotal(explainedMicros)}, capture rate ${formatRate(captureRate)}` },
          { name: "Not explained", value: formatTotal(unexplainedMicros) },
          { name: "Corrections", value: corrections > 0 ? `${corrections} days were told otherwise before` : "none" },
        ]}
      />
    </Panel>
  );
}
