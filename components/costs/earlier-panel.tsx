import { formatCountFull, formatRate, formatTotal } from "@/components/format";
import { Panel } from "@/components/ui/panel";
import { DataTable } from "./data-table";
import type { Review } from "./review-type";

/** The week beside the four before it. */
export function EarlierPanel({ review, className }: { review: Review; className?: string }) {
  const { costs, earlier } = review;
  const row = (
    week: string,
    { summary, savings }: Pick<Review["earlier"][number], "summary" | "savings">,
    state: string,
  ) => [
    week,
    formatCountFull(summary.images),
    formatTotal(summary.costMicros),
    formatTotal(savings?.micros),
    formatRate(savings?.migrated?.share),
    state,
  ];
  return (
    <Panel title="Earlier weeks" note="signed weeks as they were signed" className={className}>
      <DataTable
        label="Earlier weeks, table"
        head={["Week", "Images", "Total", "Savings", "On migrated", "Signed"]}
        rows={[
          row(review.week, costs, review.signed ? "yes" : costs.isRunning ? "running" : "not yet"),
          ...earlier.map((each) => row(each.week, each, each.isSigned ? "yes" : "no")),
        ]}
      />
    </Panel>
  );
}
