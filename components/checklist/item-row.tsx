"use client";
import { Button } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { LocalTime } from "@/components/ui/local-time";
import { EvidenceList } from "./evidence";
import { ItemState } from "./item-state";
import type { ChecklistEntry } from "./use-checklist";

interface ItemRowProps {
  entry: ChecklistEntry;
  /** Null: this person may not. */
  onRun: (() => void) | null;
  onPass: (() => void) | null;
  /** A run is under way: nothing more can be ordered. */
  blocked: boolean;
}

const EXPIRED_WORDS = {
  age: "Expired: older than a pass may be",
  configuration: "Expired: the endpoint or its configuration changed since",
} as const;

/** What will be done, what came of it, and the evidence. */
export function ItemRow({ entry, onRun, onPass, blocked }: ItemRowProps) {
  const isOpen = entry.state === "waiting" || entry.state === "running";
  return (
    <li
      data-item={entry.item}
      data-state={entry.state ?? "none"}
      className="border-t border-line py-4 first:border-t-0 first:pt-0 last:pb-0"
    >
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <h3 className="m-0 text-body font-medium text-ink-1">{entry.title}</h3>
          <p className="m-0 text-small text-ink-2">{entry.does}</p>
        </div>
        <div className="flex shrink-0 items-center gap-2">
          <ItemState entry={entry} />
          {onPass ? (
            <Button
              size="small"
              variant="ghost"
              disabled={blocked}
              onClick={onPass}
              aria-label={`Pass by hand: ${entry.title}`}
            >
              Pass by hand
            </Button>
          ) : null}
          {onRun ? (
            <Button size="small" disabled={blocked} onClick={onRun} aria-label={`Run: ${entry.title}`}>
              Run
            </Button>
          ) : null}
        </div>
      </div>
      {entry.words && !isOpen ? (
        <p
          className={`m-0 mt-1 text-body break-words first-letter:uppercase ${entry.state === "failed" ? "text-breach-text" : "text-ink-1"}`}
        >
          {entry.words}
        </p>
      ) : null}
      {entry.expired && !isOpen ? (
        <p className="m-0 text-small text-watch-text">{EXPIRED_WORDS[entry.expired]}</p>
      ) : null}
      {entry.recordedBy && entry.endedAtMs !== null ? (
        <p className="m-0 text-small text-ink-2">
          {entry.recordedBy}, <LocalTime atMs={entry.endedAtMs} />
        </p>
      ) : null}
      {isOpen && entry.steps.length > 0 ? (
        <div className="mt-3">
          <EvidenceList steps={entry.steps} sha256={null} />
        </div>
      ) : null}
      {!isOpen && entry.steps.length > 0 ? (
        <Disclosure summary={`Evidence: ${entry.steps.length} ${entry.steps.length === 1 ? "step" : "steps"}`}>
          <EvidenceList steps={entry.steps} sha256={entry.evidenceSha256} />
        </Disclosure>
      ) : null}
    </li>
  );
}
