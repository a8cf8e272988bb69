"use client";
import Link from "next/link";
import { formatLatency, formatMoney } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveAge } from "@/components/ui/live-age";
import { Panel } from "@/components/ui/panel";
import { ProviderName } from "@/components/ui/provider-mark";
import { QueryStates } from "@/components/ui/query-states";
import { StateMark } from "@/components/ui/state-mark";
import { REFRESH_MS } from "./freshness";
import { recentInput } from "./recent-input";

export function RecentPanel() {
  const { name, hrefIn } = useEnvironment();
  const recent = trpc.generations.list.useQuery(recentInput(name), { refetchInterval: REFRESH_MS });
  return (
    <Panel
      title="Recent generations"
      note="all sources, newest first"
      aside={
        <Link href={hrefIn("/generations")} className="text-small text-ink-1 underline underline-offset-2">
          All generations
        </Link>
      }
      refreshing={recent.isRefetching}
    >
      <QueryStates
        query={recent}
        what="The generations"
        isEmpty={(page) => page.rows.length === 0}
        empty={<EmptyState>Nothing was generated here yet.</EmptyState>}
      >
        {(page) => (
          <ul className="m-0 list-none p-0">
            {page.rows.map((row) => (
              <li key={row.id} className="border-t border-line first:border-t-0">
                <Link
                  href={hrefIn(`/generations/${row.id}`)}
                  prefetch={false}
                  className="grid min-h-11 grid-cols-[1fr_auto] items-center gap-x-4 py-1 text-ink-1 no-underline hover:bg-canvas sm:grid-cols-[minmax(0,1fr)_104px_56px_112px]"
                >
                  <span className="flex min-w-0 items-center gap-3">
                    <StateMark {...row} />
                    <span className="truncate text-small text-ink-3 max-sm:hidden">{row.prompt}</span>
                  </span>
                  <span className="text-small text-ink-2">
                    <ProviderName provider={row.provider} />
                  </span>
                  <span className="text-right max-sm:hidden">{formatLatency(row.latencyMs)}</span>
                  <span
                    className="text-right text-small whitespace-nowrap text-ink-3 max-sm:hidden"
                    title={formatMoney(row.costMicros)}
                  >
                    <LiveAge atMs={row.createdAtMs} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </QueryStates>
    </Panel>
  );
}
