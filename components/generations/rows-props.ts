import type { GenerationSort } from "@/server/domain/generation-sort";
import type { GenerationSummary } from "@/server/domain/generation-view";
import type { ViewOptions } from "./view-options";

/** What the table and the cards are both given. */
export interface GenerationRowsProps {
  rows: readonly GenerationSummary[];
  /** Of the table; cards show what they have room for. */
  options: ViewOptions;
  /** Times in UTC instead of the reader's zone. */
  utc: boolean;
  sort: GenerationSort;
  onSort: (sort: GenerationSort) => void;
  openId: string | null;
  hrefOf: (id: string) => string;
  onOpen: (id: string) => void;
}
