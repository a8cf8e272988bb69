"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { cn } from "@/components/ui/cn";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { GenerationRow } from "./generation-row";

const ROW_PX = 40;
const VIRTUAL_FROM = 200;
const OVERSCAN = 12;

interface GenerationsTableProps {
  rows: readonly GenerationSummary[];
  openId: string | null;
  hrefOf: (id: string) => string;
  onOpen: (id: string) => void;
}

const COLUMNS: { name: string; className?: string }[] = [
  { name: "Time" },
  { name: "Status" },
  { name: "Provider" },
  { name: "Temp" },
  { name: "Mode", className: "max-lg:hidden" },
  { name: "Latency" },
  { name: "Cost", className: "text-right" },
  { name: "Size", className: "max-xl:hidden" },
  { name: "Source", className: "max-xl:hidden" },
  { name: "Id", className: "max-lg:hidden" },
];

/** The table of 768 and up. Beyond 200 rows only those near the window are in the page. */
export function GenerationsTable({ rows, openId, hrefOf, onOpen }: GenerationsTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    if (body.current) setOffset(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const isVirtual = rows.length > VIRTUAL_FROM;
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: offset,
    enabled: isVirtual,
  });
  const items = virtualizer.getVirtualItems();
  const first = isVirtual ? (items[0]?.index ?? 0) : 0;
  const last = isVirtual ? (items.at(-1)?.index ?? 0) : rows.length - 1;

  return (
    // "clip" and not "hidden": a scroll container would unstick the header.
    <div className="overflow-x-clip rounded-card border border-line bg-surface">
      <table aria-rowcount={rows.length + 1} className="w-full border-collapse text-body">
        <caption className="sr-only">Generations, newest first</caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={cn(
                  "sticky top-0 z-10 h-9 md:top-12 border-b border-line bg-surface px-3 text-left text-small font-normal whitespace-nowrap text-ink-3 first:pl-5 first:rounded-tl-card last:rounded-tr-card",
                  column.className,
                )}
              >
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Spacer rows={first} />
          {rows.slice(first, last + 1).map((row, index) => (
            <GenerationRow
              key={row.id}
              row={row}
              rowIndex={first + index + 2}
              isOpen={row.id === openId}
              href={hrefOf(row.id)}
              onOpen={onOpen}
            />
          ))}
          <Spacer rows={rows.length - 1 - last} />
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr>
      <td colSpan={COLUMNS.length} style={{ height: rows * ROW_PX }} className="p-0" />
    </tr>
  );
}
