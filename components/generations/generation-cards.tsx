"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { formatLatency, formatMoney } from "@/components/format";
import { ColdMark } from "@/components/ui/cold-mark";
import { LocalTime } from "@/components/ui/local-time";
import { ProviderName } from "@/components/ui/provider-mark";
import { StateMark } from "@/components/ui/state-mark";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { isPlainClick } from "./generation-row";
import type { GenerationRowsProps } from "./rows-props";
import { SORT_WORDS } from "./sort-words";

const VIRTUAL_FROM = 200;
const OVERSCAN = 8;
/** A card with its gap, until it has been measured. */
const CARD_PX = 102;

/** The table below 768: a card per generation, all of it one target. Far more than 200 are in the page only near the window. */
export function GenerationCards({ rows, sort, hrefOf, onOpen }: GenerationRowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    if (list.current) setOffset(list.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const isVirtual = rows.length > VIRTUAL_FROM;
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => CARD_PX,
    overscan: OVERSCAN,
    scrollMargin: offset,
    enabled: isVirtual,
  });
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  const near = isVirtual ? rows.slice(first?.index ?? 0, (last?.index ?? 0) + 1) : rows;
  return (
    <ul
      ref={list}
      aria-label={`Generations, ${SORT_WORDS[sort]}`}
      className="m-0 list-none p-0"
      style={
        isVirtual
          ? {
              paddingTop: Math.max(0, (first?.start ?? offset) - offset),
              paddingBottom: virtualizer.getTotalSize() - ((last?.end ?? offset) - offset),
            }
          : undefined
      }
    >
      {near.map((row, index) => (
        <li
          key={row.id}
          ref={isVirtual ? virtualizer.measureElement : undefined}
          data-index={(first?.index ?? 0) + index}
          className="pb-2"
        >
          <Card row={row} href={hrefOf(row.id)} onOpen={onOpen} />
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  row: GenerationSummary;
  href: string;
  onOpen: (id: string) => void;
}

function Card({ row, href, onOpen }: CardProps) {
  return (
    <Link
      href={href}
      prefetch={false}
      data-row={row.id}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        onOpen(row.id);
      }}
      className="grid min-h-14 grid-cols-[1fr_auto] gap-x-3 gap-y-1 rounded-card border border-line bg-surface px-4 py-3 text-body text-ink-1 no-underline outline-offset-[-2px]"
    >
      <StateMark {...row} />
      <span className="text-right font-medium">{formatLatency(row.latencyMs)}</span>
      <span className="col-span-2 truncate text-small text-ink-2">{row.prompt ?? "No prompt"}</span>
      <span className="flex flex-wrap items-center gap-x-3 text-small text-ink-2">
        <ProviderName provider={row.provider} />
        {row.coldStart ? <ColdMark coldClass={row.coldClass} /> : null}
        <LocalTime atMs={row.createdAtMs} />
      </span>
      <span className="text-right text-small text-ink-2">{formatMoney(row.costMicros)}</span>
    </Link>
  );
}
