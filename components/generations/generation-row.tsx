"use client";
import Link from "next/link";
import { type MouseEvent, memo } from "react";
import { formatLatency, formatMoney, formatPixels, shortId } from "@/components/format";
import { cn } from "@/components/ui/cn";
import { ColdMark } from "@/components/ui/cold-mark";
import { LocalTime } from "@/components/ui/local-time";
import { ProviderName } from "@/components/ui/provider-mark";
import { StateMark } from "@/components/ui/state-mark";
import { OPERATION_WORDS, SOURCE_WORDS } from "@/components/words";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { LatencyBar } from "./latency-bar";
import { latencySplit } from "./timeline";

interface GenerationRowProps {
  row: GenerationSummary;
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
  const { row, rowIndex, isOpen, href, onOpen } = props;
  const parts = latencySplit(row);
  return (
    <tr
      aria-rowindex={rowIndex}
      className={cn(
        "group relative h-10 border-b border-line last:border-b-0 hover:bg-canvas",
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
      <td className="max-w-44 px-3">
        <StateMark {...row} />
      </td>
      <td className="px-3">
        <ProviderName provider={row.provider} />
      </td>
      <td className="px-3">
        <ColdMark coldClass={row.coldClass} />
      </td>
      <td className="px-3 whitespace-nowrap text-ink-2 max-lg:hidden">{OPERATION_WORDS[row.operation]}</td>
      <td className="px-3">
        <span className="flex items-center gap-3">
          <span className="w-12 text-right whitespace-nowrap">{formatLatency(row.latencyMs)}</span>
          {parts ? <LatencyBar parts={parts} provider={row.provider} className="w-24 shrink-0 max-lg:hidden" /> : null}
        </span>
      </td>
      <td className="px-3 text-right whitespace-nowrap" title={row.costEstimated ? "Estimated" : undefined}>
        {formatMoney(row.costMicros)}
      </td>
      <td className="px-3 whitespace-nowrap text-ink-2 max-xl:hidden">{formatPixels(row.width, row.height)}</td>
      <td className="px-3 text-ink-2 max-xl:hidden">{SOURCE_WORDS[row.source]}</td>
      <td className="px-3 font-mono text-code whitespace-nowrap text-ink-2 max-lg:hidden" title={row.id}>
        {shortId(row.id)}
      </td>
    </tr>
  );
});
