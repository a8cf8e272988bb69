"use client";
import Link from "next/link";
import { formatDuration } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveAge } from "@/components/ui/live-age";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { IncidentState } from "./incident-state";
import { WarningsPanel } from "./warnings-panel";

type Incident = RouterOutputs["incidents"]["list"][number];

const REFRESH_MS = 5_000;

/** What went wrong and is being looked at, open ones first. */
export function IncidentsView() {
  const { name } = useEnvironment();
  const incidents = trpc.incidents.list.useQuery({ environment: name }, { refetchInterval: REFRESH_MS });
  return (
    <>
      <PageHeader title="Incidents" />
      <Panel title="Incidents" note="A rollback opens one. Open ones first.">
        <QueryStates
          query={incidents}
          what="The incidents"
          isEmpty={(all) => all.length === 0}
          empty={<EmptyState>No incident yet: nobody has rolled back in this environment.</EmptyState>}
        >
          {(all) => (
            <ul className="m-0 list-none p-0">
              {[...all.filter(isOpen), ...all.filter((incident) => !isOpen(incident))].map((incident) => (
                <IncidentRow key={incident.id} incident={incident} />
              ))}
            </ul>
          )}
        </QueryStates>
      </Panel>
      <WarningsPanel />
    </>
  );
}

const isOpen = (incident: Incident) => incident.resolvedAtMs === null;

function IncidentRow({ incident }: { incident: Incident }) {
  const { hrefIn } = useEnvironment();
  const done = incident.items.filter((entry) => entry.done).length;
  return (
    <li className="border-t border-line first:border-t-0">
      <Link
        href={hrefIn(`/alerts/${incident.id}`)}
        className="-mx-2 grid min-h-14 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-1 rounded-control px-2 py-3 text-body text-ink-1 no-underline hover:bg-sunken md:grid-cols-[96px_minmax(0,1fr)_auto]"
      >
        <IncidentState resolved={!isOpen(incident)} />
        <span className="min-w-0">
          <span className="font-medium">{incident.title}</span>
          <span className="block text-small break-words text-ink-2">
            by {incident.openedBy}, checklist {done} of {incident.items.length}
          </span>
        </span>
        <span className="text-small text-ink-2 max-md:col-start-2 md:text-right">
          {incident.resolvedAtMs === null ? (
            <>
              opened <LiveAge atMs={incident.openedAtMs} />
            </>
          ) : (
            <>
              <LocalTime atMs={incident.openedAtMs} />, open for{" "}
              {formatDuration(incident.resolvedAtMs - incident.openedAtMs)}
            </>
          )}
        </span>
      </Link>
    </li>
  );
}
