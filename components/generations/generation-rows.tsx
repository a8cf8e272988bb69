"use client";
import { useMedia } from "@/components/ui/use-media";
import type { GenerationSort } from "@/server/domain/generation-sort";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { GenerationCards } from "./generation-cards";
import { GenerationsTable } from "./generations-table";
import type { ViewOptions } from "./view-options";

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

/** A table from 768, cards below. The server cannot know the width: it renders both and CSS shows one. */
export function GenerationRows(props: GenerationRowsProps) {
  const wide = useMedia("(min-width: 768px)");
  return (
    <>
      {wide === false ? null : (
        <div className="hidden md:block">
          <GenerationsTable {...props} />
        </div>
      )}
      {wide === true ? null : (
        <div className="md:hidden">
          <GenerationCards {...props} />
        </div>
      )}
    </>
  );
}
