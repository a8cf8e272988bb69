import { formatCountFull, formatMoney, formatTotal } from "@/components/format";
import { Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { ProviderName } from "@/components/ui/provider-mark";
import { COST_PARTS } from "@/server/domain/costs/accounts";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { DataTable } from "./data-table";
import type { Review } from "./review-type";

type Side = Review["costs"]["summary"]["providers"]["scenario"];

/** The columns besides those that are named, so that a row adds up to its total. */
const REST = COST_PARTS.filter((part) => !["compute", "coldStarts", "idle", "standing"].includes(part));
const restOf = (parts: Side["parts"]) => REST.reduce((sum, part) => sum + parts[part], 0);

/** Provider by provider; a row adds up to its total, and the rows to the week's. */
export function ProviderTable({ review, className }: { review: Review; className?: string }) {
  const { summary } = review.costs;
  const cells = (side: Pick<Side, "images" | "parts" | "costMicros">, unitMicros: number | null) => [
    formatCountFull(side.images),
    formatMoney(unitMicros),
    formatTotal(side.parts.compute),
    formatTotal(side.parts.coldStarts),
    formatTotal(side.parts.idle),
    formatTotal(side.parts.standing),
    formatTotal(restOf(side.parts)),
    formatTotal(side.costMicros),
  ];
  const sides = PROVIDER_IDS.map((id) => ({ id, ...summary.providers[id] }));
  const perImage = summary.costMicros === null || summary.images === 0 ? null : summary.costMicros / summary.images;
  const head = ["Provider", "Images", "Unit cost", "Compute", "Start-up", "Idle", "Standing", "Other", "Total"];
  const note =
    "Start-up: cold starts; idle: time-outs; other: failed, fallback, trials, storage, billed but not explained";
  return (
    <Panel title="By provider" note={note} className={className}>
      <div className="max-md:hidden print-block">
        <DataTable
          label="By provider, table"
          head={head}
          rows={[
            ...sides.map((side) => [
              <ProviderName key={side.id} provider={side.id} />,
              ...cells(side, side.costPerImageMicros),
            ]),
            ["Together", ...cells(summary, perImage)],
          ]}
        />
      </div>
      <ul className="no-print m-0 flex list-none flex-col gap-4 p-0 md:hidden">
        {sides.map((side) => (
          <li key={side.id} className="rounded-control border border-line p-3">
            <h3 className="m-0 mb-2 text-heading">
              <ProviderName provider={side.id} />
            </h3>
            <Facts
              facts={cells(side, side.costPerImageMicros).map((value, index) => ({
                name: head[index + 1] ?? "",
                value,
              }))}
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
