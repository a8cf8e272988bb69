"use client";
import Link from "next/link";
import { type MouseEvent, memo } from "react";
import { cn } from "@/components/ui/cn";
import { LocalTime } from "@/components/ui/local-time";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { CELLS } from "./generation-cells";
import type { ColumnKey, Density } from "./view-options";

export const ROW_PX: Record<Density, number> = { comfortable: 40, compact: 32 };

interface GenerationRowProps {
  row: GenerationSummary;
  columns: readonly ColumnKey[];
  density: Density;
  /** Place in the whole table, the header being 1. */
  rowIndex: number;
  isOpen: boolean;
  href: string;
  onOpen: (id: string) => void;
}

/** Clicks that mean "in a new tab" stay the browser's. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

export const GenerationRow = memo(function GenerationRow(props: GenerationRowProps) {
  const { row, columns, density, rowIndex, isOpen, href, onOpen } = props;
  return (
    <tr
      aria-rowindex={rowIndex}
      style={{ height: ROW_PX[density] }}
      className={cn(
        "group relative border-b border-line last:border-b-0 hover:bg-canvas",
        isOpen ? "bg-canvas" : undefined,
      )}
    >
      <td className="pr-3 pl-5 whitespace-nowrap">
        <Link
          href={href}
          prefetch={false}
          data-row={row.id}
          aria-current={isOpen || undefined}
          onClick={(event) => {
            if (!isPlainClick(event)) return;
            event.preventDefault();
            onOpen(row.id);
          }}
          className="text-ink-1 no-underline outline-none after:absolute after:inset-0 after:content-[''] focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
        >
          <LocalTime atMs={row.createdAtMs} />
        </Link>
      </td>
      {columns.map((key) => {
        const { className, hiddenBelow, title, render } = CELLS[key];
        return (
          <td key={key} className={cn("px-3", className, hiddenBelow)} title={title?.(row)}>
            {render(row)}
          </td>
        );
      })}
    </tr>
  );
});
