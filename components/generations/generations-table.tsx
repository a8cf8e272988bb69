"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { cn } from "@/components/ui/cn";
import { CELLS } from "./generation-cells";
import { GenerationRow, ROW_PX } from "./generation-row";
import type { GenerationRowsProps } from "./rows-props";
import { SortHead } from "./sort-head";
import { SORT_WORDS } from "./sort-words";
import { COLUMN_WORDS } from "./view-options";

const VIRTUAL_FROM = 200;
const OVERSCAN = 12;

/** The table of 768 and up. Beyond 200 rows only those near the window are in the page. */
export function GenerationsTable(props: GenerationRowsProps) {
  const { rows, options, utc, sort, onSort, openId, hrefOf, onOpen } = props;
  const { columns, density } = options;
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    if (body.current) setOffset(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const isVirtual = rows.length > VIRTUAL_FROM;
  const rowPx = ROW_PX[density];
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    scrollMargin: offset,
    enabled: isVirtual,
  });
  useEffect(() => {
    // The sizes are remembered; another density has others.
    if (rowPx > 0) virtualizer.measure();
  }, [virtualizer, rowPx]);
  const items = virtualizer.getVirtualItems();
  const first = isVirtual ? (items[0]?.index ?? 0) : 0;
  const last = isVirtual ? (items.at(-1)?.index ?? 0) : rows.length - 1;

  return (
    // "clip" and not "hidden": a scroll container would unstick the header.
    <div className="overflow-x-clip rounded-card border border-line bg-surface">
      <table aria-rowcount={rows.length + 1} className="w-full border-collapse text-body">
        <caption className="sr-only">Generations, {SORT_WORDS[sort]}</caption>
        <thead>
          <tr>
            <SortHead sortKey="time" sort={sort} onSort={onSort}>
              Time{utc ? ", UTC" : ""}
            </SortHead>
            {columns.map((key) => (
              <SortHead
                key={key}
                sortKey={key === "latency" || key === "cost" ? key : null}
                sort={sort}
                onSort={onSort}
                className={cn(key === "cost" ? "text-right" : undefined, CELLS[key].hiddenBelow)}
              >
                {COLUMN_WORDS[key]}
              </SortHead>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Spacer heightPx={first * rowPx} columns={columns.length + 1} />
          {rows.slice(first, last + 1).map((row, index) => (
            <GenerationRow
              key={row.id}
              row={row}
              columns={columns}
              density={density}
              rowIndex={first + index + 2}
              isOpen={row.id === openId}
              href={hrefOf(row.id)}
              onOpen={onOpen}
            />
          ))}
          <Spacer heightPx={(rows.length - 1 - last) * rowPx} columns={columns.length + 1} />
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ heightPx, columns }: { heightPx: number; columns: number }) {
  if (heightPx <= 0) return null;
  return (
    <tr>
      <td colSpan={columns} style={{ height: heightPx }} className="p-0" />
    </tr>
  );
}
