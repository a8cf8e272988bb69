"use client";
import { Check } from "lucide-react";
import { formatLatency } from "@/components/format";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { useNow } from "@/components/ui/use-now";
import { STAGE_WORDS } from "@/components/words";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { type BillRates, billSoFar } from "./bill";
import { type Step, stepsOf } from "./stages";

interface RunProgressProps {
  detail: GenerationDetail | null;
  startedAtMs: number;
  /** What this provider usually takes, from its last day; null when there is no telling. */
  expectedMs: number | null;
  /** Null until it is known. */
  rates: BillRates | null;
}

/** The bar ends at twice the expected time, so that the expected one is a tick in its middle. */
const BAR_SPAN = 2;

export function RunProgress({ detail, startedAtMs, expectedMs, rates }: RunProgressProps) {
  const nowMs = useNow(100);
  const elapsedMs = nowMs === null ? 0 : Math.max(0, nowMs - startedAtMs);
  const share = expectedMs === null ? null : Math.min(1, elapsedMs / (expectedMs * BAR_SPAN));
  const slow = expectedMs !== null && elapsedMs > expectedMs * BAR_SPAN;
  const bill = detail && rates ? billSoFar(detail, elapsedMs, rates) : null;
  return (
    <div className="flex flex-col gap-3">
      <ol className="m-0 flex list-none flex-wrap gap-x-4 gap-y-1 p-0 text-small">
        {stepsOf(detail).map((step) => (
          <li
            key={step.stage}
            aria-current={step.state === "current" ? "step" : undefined}
            className={cn("inline-flex items-center gap-1.5", stepClass(step))}
          >
            {step.state === "done" ? (
              <Icon icon={Check} size={12} />
            ) : (
              <span
                aria-hidden="true"
                className={cn("size-1.5 rounded-full", step.state === "current" ? "bg-current" : "border border-edge")}
              />
            )}
            {STAGE_WORDS[step.stage]}
          </li>
        ))}
      </ol>
      <div className="flex items-center gap-3">
        <div aria-hidden="true" className="relative flex-1 py-1">
          <div className="h-1.5 overflow-hidden rounded-full bg-sunken">
            {share === null ? (
              <div className="h-full w-1/4 animate-sweep bg-ink-3" />
            ) : (
              <div className="h-full bg-ink-1" style={{ width: `${share * 100}%` }} />
            )}
          </div>
          {share === null ? null : (
            <span data-testid="expected-tick" className="absolute inset-y-0 left-1/2 w-0.5 -translate-x-1/2 bg-edge" />
          )}
        </div>
        <span className="min-w-14 text-right text-body">{formatLatency(elapsedMs)}</span>
      </div>
      {expectedMs === null ? null : (
        <p className="m-0 text-small text-ink-3">
          {slow ? "Slower than usual, likely a cold start." : `Usually ${formatLatency(expectedMs)}.`}
        </p>
      )}
      {bill === null ? null : <p className="m-0 text-small text-ink-2">{bill}</p>}
    </div>
  );
}

function stepClass({ stage, state }: Step): string {
  if (state === "done") return "text-ink-2";
  if (state === "todo") return "text-ink-3";
  return stage === "starting_worker" ? "font-medium text-cold" : "font-medium text-ink-1";
}
