"use client";
import Link from "next/link";
import { formatLatency, formatMoney } from "@/components/format";
import { ColdMark } from "@/components/ui/cold-mark";
import { LocalTime } from "@/components/ui/local-time";
import { ProviderName } from "@/components/ui/provider-mark";
import { StateMark } from "@/components/ui/state-mark";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { isPlainClick } from "./generation-row";

interface GenerationCardsProps {
  rows: readonly GenerationSummary[];
  hrefOf: (id: string) => string;
  onOpen: (id: string) => void;
}

/** The table below 768: a card per generation, all of it one target. */
export function GenerationCards({ rows, hrefOf, onOpen }: GenerationCardsProps) {
  return (
    <ul aria-label="Generations, newest first" className="m-0 flex list-none flex-col gap-2 p-0">
      {rows.map((row) => (
        // The browser leaves out the painting of cards far away, which is what virtual rows are for in the table.
        <li key={row.id} className="[contain-intrinsic-size:auto_92px] [content-visibility:auto]">
          <Link
            href={hrefOf(row.id)}
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
        </li>
      ))}
    </ul>
  );
}
