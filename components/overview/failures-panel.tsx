"use client";
import Link from "next/link";
import { formatCount } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveAge } from "@/components/ui/live-age";
import { Panel } from "@/components/ui/panel";
import { FAILURE_MODE_INFO } from "@/server/domain/failure-modes";
import { type FailureRow, failureRows } from "./failure-rows";
import type { Overview } from "./tiles";

export function FailuresPanel({ overview }: { overview: Overview }) {
  const rows = failureRows(overview);
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  return (
    <Panel title="Failures by cause" note={`n = ${formatCount(total)}, both providers`}>
      {rows.length === 0 ? (
        <EmptyState>No generation failed in this time.</EmptyState>
      ) : (
        <ul className="m-0 list-none p-0">
          {rows.map((row) => (
            <Failure key={row.mode} row={row} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Failure({ row }: { row: FailureRow }) {
  const { hrefIn } = useEnvironment();
  const info = FAILURE_MODE_INFO[row.mode];
  return (
    <li className="grid grid-cols-[1fr_auto] gap-x-4 border-t border-line py-2.5 first:border-t-0">
      <Link
        href={hrefIn(`/generations?failure=${row.mode}`)}
        className="font-medium text-ink-1 underline-offset-2 hover:underline"
      >
        {info.title}
      </Link>
      <span className="text-right">{formatCount(row.count)}</span>
      <span className="text-small text-ink-2">{info.mitigation}</span>
      <span className="text-right text-small whitespace-nowrap text-ink-3">
        <LiveAge atMs={row.lastSeenMs} />
      </span>
    </li>
  );
}
