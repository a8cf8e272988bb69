import { formatCountFull, formatRate, formatTotal } from "@/components/format";
import { Panel } from "@/components/ui/panel";
import { DataTable } from "./data-table";
import type { Review } from "./review-type";

interface EarlierPanelProps {
  review: Review;
  /** The week that it is compared with: one of the four before, or any other. */
  compared: Review["earlier"][number] | null;
  className?: string;
}

/** The week beside the four before it, and the one that somebody asked for. */
export function EarlierPanel({ review, compared, className }: EarlierPanelProps) {
  const { costs } = review;
  const isOther = compared !== null && review.earlier.every(({ week }) => week !== compared.week);
  const earlier = isOther ? [...review.earlier, compared] : review.earlier;
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
