"use client";
import { Search } from "lucide-react";
import { useId } from "react";
import { formatShareBp } from "@/components/format";
import { ReadinessLine } from "@/components/rollout/readiness-line";
import { RollbackButton } from "@/components/rollout/rollback-button";
import { useRollback } from "@/components/rollout/rollback-context";
import { IconButton } from "@/components/ui/icon-button";
import { environmentWord } from "@/components/words";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { useEnvironment } from "./environment";
import { leader } from "./serving";
import { SplitBar } from "./split-bar";
import { useServing } from "./use-serving";

/** The phone's header: who serves, where, the way back, and the split as its lower edge. */
export function TopBar({ onOpenPalette }: { onOpenPalette: () => void }) {
  const { name, isSandbox } = useEnvironment();
  const { blocked } = useRollback();
  const reasonId = useId();
  const serving = useServing();
  const first = serving ? leader(serving.candidateShareBp) : null;
  return (
    <header className="no-print sticky top-0 z-20 bg-surface md:hidden">
      <div className="flex h-14 items-center gap-1 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <p className="m-0 flex items-center gap-1.5 truncate text-body font-medium text-ink-1">
            {first ? `${PROVIDER_NAMES[first.provider]} ${formatShareBp(first.shareBp)}` : "Switchyard"}
            <span className="flex min-w-0 items-center gap-1.5 truncate text-small font-normal text-ink-2">
              {isSandbox ? (
                <span aria-hidden="true" className="stripes h-3 w-4 shrink-0 rounded-[3px] border border-edge" />
              ) : null}
              <span className="truncate">{environmentWord(name)}</span>
            </span>
          </p>
          {blocked === null ? (
            <ReadinessLine short className="truncate" />
          ) : (
            <p id={reasonId} className="m-0 line-clamp-2 text-axis text-ink-2">
              {blocked}
            </p>
          )}
        </div>
        <IconButton icon={Search} label="Search" onClick={onOpenPalette} />
        <RollbackButton short reasonId={reasonId} className="px-3" />
      </div>
      {serving ? (
        <SplitBar candidateShareBp={serving.candidateShareBp} className="h-1" />
      ) : (
        <div className="h-1 bg-line" />
      )}
    </header>
  );
}
