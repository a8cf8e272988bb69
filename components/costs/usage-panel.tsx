"use client";
import { formatRate, formatTotal } from "@/components/format";
import { Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { isEmptyUsage, type WeekUsage } from "@/server/domain/costs/usage";
import type { Review } from "./review-type";

/** What Scenario says was used of the account, beside what its jobs here came to; in a signed week as it was signed. */
export function UsagePanel({ review }: { review: Review }) {
  const { usage } = review.costs;
  if (!usage || isEmptyUsage(usage)) return null;
  const { units, usedMicros, explainedMicros, unexplainedMicros, captureRate, corrections } = usage;
  const told = usage.days.filter((day) => day.units !== null).length;
  const used = `${units.toLocaleString("en-US")} creative units in ${told} ${told === 1 ? "day" : "days"}, ${usedMicros === null ? "of unknown cost: no price of a unit" : formatTotal(usedMicros)}`;
  return (
    <Panel
      title="Scenario's usage"
      note="whole UTC days, of everybody who uses this account; each job's own bill is what the ledger goes by"
    >
      <Facts
        facts={[
          { name: "Used", value: told === 0 ? "not told yet" : used },
          told === 0
            ? null
            : { name: "Explained", value: `${formatTotal(explainedMicros)}, capture rate ${formatRate(captureRate)}` },
          told === 0 ? null : { name: "Not explained", value: formatTotal(unexplainedMicros) },
          corrections > 0 ? { name: "Corrections", value: `${corrections} days were told otherwise before` } : null,
          told === 0 ? null : { name: "Units by day", value: daysWords(usage) },
        ]}
      />
    </Panel>
  );
}

/** Such as "16: 107.5, 17: 12, 18: unknown". */
function daysWords({ days }: WeekUsage): string {
  return days
    .map(({ date, units }) => `${Number(date.slice(8))}: ${units === null ? "unknown" : units.toLocaleString("en-US")}`)
    .join(", ");
}
