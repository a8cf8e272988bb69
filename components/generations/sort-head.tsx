"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { type GenerationSort, type SortKey, sortParts } from "@/server/domain/generation-sort";
import { pressedSort } from "./sort-words";

const HEAD =
  "sticky top-0 z-10 h-9 md:top-12 border-b border-line bg-surface px-3 text-left text-small font-normal whitespace-nowrap text-ink-3 first:pl-5 first:rounded-tl-card last:rounded-tr-card";

interface SortHeadProps {
  /** Null: the table cannot be sorted by this column. */
  sortKey: SortKey | null;
  sort: GenerationSort;
  onSort: (sort: GenerationSort) => void;
  className?: string;
  children: ReactNode;
}

/** The head of a column; one that can be sorted by is a button that says which way. */
export function SortHead({ sortKey, sort, onSort, className, children }: SortHeadProps) {
  if (sortKey === null)
    return (
      <th scope="col" className={cn(HEAD, className)}>
        {children}
      </th>
    );
  const { key, isDescending } = sortParts(sort);
  const isSorted = key === sortKey;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}
      className={cn(HEAD, className)}
    >
      <button
        type="button"
        onClick={() => onSort(pressedSort(sortKey, sort))}
        className="inline-flex h-7 items-center gap-1 rounded-control border-0 bg-transparent p-0 text-small text-ink-2 hover:text-ink-1"
      >
        {children}
        <Icon
          icon={isSorted && !isDescending ? ArrowUp : ArrowDown}
          size={12}
          className={isSorted ? "text-ink-1" : "invisible"}
        />
      </button>
    </th>
  );
}
