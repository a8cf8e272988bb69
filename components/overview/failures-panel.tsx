"use client";
import Link from "next/link";
import { formatCount } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveAge } from "@/components/ui/live-age";
import { Panel } from "@/components/ui/panel";
import { FAILURE_MODE_INFO, FAILURE_MODES } from "@/server/domain/failure-modes";
import type { Population } from "@/server/domain/metrics/populations";
import { type TotalsAnswer, toFailureRows } from "./overview-rows";
import { sourceQuery } from "./source-query";

/** What went wrong in the window, the commonest first, with what the plan says to do. */
export function FailuresPanel({ totals, populations }: { totals: TotalsAnswer; populations: readonly Population[] }) {
  const { hrefIn } = useEnvironment();
  const { all, fromMs, toMs } = totals.current;
  const span = `&from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}${sourceQuery(populations)}`;
  const rows = toFailureRows(all);
  const note = `${countWords(all.failed, "generation")}, ${countWords(all.attemptsFailed, "attempt")}, both providers, of ${totals.population}`;
  return (
    <Panel title="Failures by cause" note={note}>
      {rows.length === 0 ? (
        <EmptyState>Nothing failed in this time.</EmptyState>
      ) : (
        <ul className="m-0 list-none p-0">
          {rows.map(({ mode, generations, attempts, lastSeenMs }) => {
            // What a newer release may have written: an unknown word is shown as the unknown mode.
            const known = FAILURE_MODES.find((one) => one === mode) ?? "unknown";
            return (
              <li key={mode} className="grid grid-cols-[1fr_auto] gap-x-4 border-t border-line py-2.5 first:border-t-0">
                {generations === 0 ? (
                  <span className="font-medium text-ink-1">{FAILURE_MODE_INFO[known].title}</span>
                ) : (
                  <Link
                    href={hrefIn(`/generations?failure=${known}${span}`)}
                    className="font-medium text-ink-1 underline-offset-2 hover:underline"
                  >
                    {FAILURE_MODE_INFO[known].title}
                  </Link>
                )}
                <span className="text-right">{formatCount(generations)}</span>
                <span className="text-small text-ink-2">{FAILURE_MODE_INFO[known].mitigation}</span>
                <span className="text-right text-small whitespace-nowrap text-ink-3">
                  {countWords(attempts, "attempt")}, <LiveAge atMs={lastSeenMs} />
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

function countWords(n: number, noun: string): string {
  return `${formatCount(n)} ${n === 1 ? noun : `${noun}s`}`;
}
