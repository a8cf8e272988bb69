"use client";
import { ReadinessLine } from "@/components/rollout/readiness-line";
import { RollbackButton } from "@/components/rollout/rollback-button";
import { servingHeadline } from "./serving";
import { SplitBar } from "./split-bar";
import { useServing } from "./use-serving";

/** On every page but Overview, from 768: who serves, and the way back, in reach however far one has scrolled. */
export function HeaderStrip() {
  const serving = useServing();
  return (
    <section
      aria-label="Who serves traffic"
      className="no-print sticky top-0 z-20 -mx-6 -mt-6 mb-6 hidden h-12 items-center gap-4 border-b border-line bg-canvas px-6 md:flex xl:-mx-8 xl:px-8"
    >
      {serving ? (
        <>
          <p className="m-0 shrink-0 text-body text-ink-1">{servingHeadline(serving.candidateShareBp)}</p>
          <SplitBar
            candidateShareBp={serving.candidateShareBp}
            className="h-1.5 w-40 min-w-16 shrink rounded-full max-lg:w-20"
          />
        </>
      ) : null}
      <div className="ml-auto flex min-w-0 items-center gap-3">
        <ReadinessLine className="line-clamp-2 text-right" />
        <RollbackButton low className="order-last" />
      </div>
    </section>
  );
}
