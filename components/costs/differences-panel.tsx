import { formatTotal, UNKNOWN } from "@/components/format";
import { Panel } from "@/components/ui/panel";
import { DataTable } from "./data-table";
import type { Review } from "./review-type";

/** What the ledger says now of numbers that were signed. They stay; this stands beside them. */
export function DifferencesPanel({ review }: { review: Review }) {
  if (review.differences.length === 0) return null;
  return (
    <Panel title="Corrected since it was signed" note="the page shows the week as it was signed">
      <DataTable
        label="Corrections, table"
        head={["What", "Signed", "Now", "Change"]}
        rows={review.differences.map(({ name, signedMicros, nowMicros }) => [
          name,
          formatTotal(signedMicros),
          formatTotal(nowMicros),
          signedMicros === null || nowMicros === null ? UNKNOWN : formatTotal(nowMicros - signedMicros),
        ])}
      />
    </Panel>
  );
}
