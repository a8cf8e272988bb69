"use client";
import { useMedia } from "@/components/ui/use-media";
import { GenerationCards } from "./generation-cards";
import { GenerationsTable } from "./generations-table";
import type { GenerationRowsProps } from "./rows-props";

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
