"use client";
import { formatDuration } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { type RouterOutputs, trpc } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveAge } from "@/components/ui/live-age";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { StatusBadge } from "@/components/ui/status";
import { SUBJECT_NAMES } from "@/server/domain/warning";
import { WarningDeliveries } from "./warning-deliveries";

type Warning = RouterOutputs["warnings"]["list"][number];

const REFRESH_MS = 15_000;

/** What Switchyard has warned of by itself, of the RunPod endpoint and of storage, with what to do and where it was sent. */
export function WarningsPanel() {
  const { name: environment } = useEnvironment();
  const warnings = trpc.warnings.list.useQuery({ environment }, { refetchInterval: REFRESH_MS });
  return (
    <Panel
      title="Warnings"
      note="Of the RunPod endpoint and of storage: raised when it has lasted three minutes, over when it has stayed away for five."
      className="mt-4 md:mt-6"
    >
      <QueryStates
        query={warnings}
        what="The warnings"
        isEmpty={(all) => all.length === 0}
        empty={<EmptyState>No warning yet: the endpoint and the stores are looked at every minute.</EmptyState>}
      >
        {(all) => (
          <ul className="m-0 list-none p-0">
            {all.map((warning) => (
              <WarningRow key={warning.id} environment={environment} warning={warning} />
            ))}
          </ul>
        )}
      </QueryStates>
    </Panel>
  );
}

function WarningRow({ environment, warning }: { environment: string; warning: Warning }) {
  const { about, level, title, says, todo, firedAtMs, resolvedAtMs } = warning;
  const isFiring = resolvedAtMs === null;
  return (
    <li className="flex flex-col gap-1 border-t border-line py-3 first:border-t-0">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <span className="text-body font-medium text-ink-1">
          {SUBJECT_NAMES[about]}: {title}
        </span>
        {isFiring ? <StatusBadge state={level} /> : <span className="text-small text-ink-2">Resolved</span>}
      </div>
      <p className="m-0 break-words text-small text-ink-2">{says}</p>
      {isFiring ? <p className="m-0 break-words text-small text-ink-1">{todo}</p> : null}
      <p className="m-0 text-small text-ink-2">
        {isFiring ? (
          <>
            warned <LiveAge atMs={firedAtMs} />
          </>
        ) : (
          <>
            <LocalTime atMs={firedAtMs} />, lasted {formatDuration(resolvedAtMs - firedAtMs)}
          </>
        )}
      </p>
      <WarningDeliveries environment={environment} warning={warning} />
    </li>
  );
}
