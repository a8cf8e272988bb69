"use client";
import { cn } from "@/components/ui/cn";
import { LocalTime } from "@/components/ui/local-time";
import type { BatchSummary } from "@/server/domain/batch";
import { BATCH_STATE_WORDS } from "./batch-words";

interface BatchListProps {
  batches: readonly BatchSummary[];
  selected: string | null;
  onSelect: (id: string) => void;
}

export function BatchList({ batches, selected, onSelect }: BatchListProps) {
  return (
    <ul className="m-0 flex list-none flex-col gap-1 p-0">
      {batches.map((batch) => (
        <li key={batch.id}>
          <button
            type="button"
            aria-current={batch.id === selected ? "true" : undefined}
            onClick={() => onSelect(batch.id)}
            className={cn(
              "flex min-h-11 w-full flex-col items-start rounded-control border px-3 py-2 text-left transition-colors hover:bg-sunken",
              batch.id === selected ? "border-edge bg-canvas" : "border-transparent bg-transparent",
            )}
          >
            <span className="text-body text-ink-1">
              {batch.name} <span className="text-small text-ink-2">{BATCH_STATE_WORDS[batch.state]}</span>
            </span>
            <span className="text-small text-ink-2">
              {batch.words}. <LocalTime atMs={batch.createdAtMs} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
