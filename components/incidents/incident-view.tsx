"use client";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { formatDuration, formatShareBp } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { momentWords, stopwatchWords } from "@/components/rollout/stopwatch-words";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";
import { trpc } from "@/components/trpc/client";
import { buttonClass } from "@/components/ui/button";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { LiveAge } from "@/components/ui/live-age";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { EmergencyChecklist } from "./emergency-checklist";
import { InFlightPanel } from "./in-flight-panel";
import { IncidentState } from "./incident-state";
import { type Incident, timelineOf } from "./incident-words";
import { ResolveButton } from "./resolve-button";

const OPEN_REFRESH_MS = 2_000;
const CLOSED_REFRESH_MS = 30_000;

/** One rollback: how it went, what is still to do, and what happened since. */
export function IncidentView({ id }: { id: string }) {
  const { hrefIn } = useEnvironment();
  const query = trpc.incidents.get.useQuery(
    { incidentId: id },
    {
      refetchInterval: ({ state }) => (state.data?.resolvedAtMs === null ? OPEN_REFRESH_MS : CLOSED_REFRESH_MS),
    },
  );
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  return (
    <>
      <PageHeader
        title={query.data?.title ?? "Incident"}
        actions={
          <>
            <Link href={hrefIn("/alerts")} className={buttonClass()}>
              <Icon icon={ArrowLeft} />
              All incidents
            </Link>
            {query.data && query.data.resolvedAtMs === null && mayOperate ? (
              <ResolveButton incident={query.data} />
            ) : null}
          </>
        }
      />
      <QueryStates query={query} what="The incident">
        {(incident) => (
          <div className="grid gap-4 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] xl:gap-6">
            <div className="flex min-w-0 flex-col gap-4 xl:gap-6">
              <EmergencyChecklist incident={incident} mayOperate={mayOperate} />
              <InFlightPanel incident={incident} mayOperate={mayOperate} />
            </div>
            <div className="flex min-w-0 flex-col gap-4 xl:gap-6">
              <RollbackFacts incident={incident} />
              <Timeline incident={incident} />
            </div>
          </div>
        )}
      </QueryStates>
    </>
  );
}

function RollbackFacts({ incident }: { incident: Incident }) {
  const { rollback, previousShareBp, resolvedAtMs, resolvedBy, resolution } = incident;
  const watch = rollback?.stopwatch ?? null;
  return (
    <Panel title="The rollback" aside={<IncidentState resolved={resolvedAtMs !== null} />}>
      <Facts
        facts={[
          { name: "Since", value: <SinceFact incident={incident} /> },
          previousShareBp !== null
            ? {
                name: "Affected",
                value: `${formatShareBp(previousShareBp)} of traffic was on ${PROVIDER_NAMES[CANDIDATE]}`,
              }
            : null,
          { name: "By", value: <span className="wrap-anywhere">{incident.openedBy}</span> },
          { name: "Reason", value: rollback?.reason ?? "Reason missing" },
          { name: "Revisions", value: `${incident.previousRevision} → ${incident.revision}` },
          watch ? { name: "Stopwatch", value: stopwatchWords(watch) } : null,
          watch ? { name: `Last on ${PROVIDER_NAMES[CANDIDATE]}`, value: momentWords(watch.lastOldMs) } : null,
          watch ? { name: `First on ${PROVIDER_NAMES[CONTROL]}`, value: momentWords(watch.firstNewMs) } : null,
          resolvedAtMs === null ? null : { name: "Resolved", value: <LocalTime atMs={resolvedAtMs} /> },
          resolvedBy === null
            ? null
            : { name: "Resolved by", value: <span className="wrap-anywhere">{resolvedBy}</span> },
          resolution === null ? null : { name: "Resolution", value: resolution },
        ]}
      />
    </Panel>
  );
}

function SinceFact({ incident }: { incident: Incident }) {
  return (
    <>
      <LocalTime atMs={incident.openedAtMs} />,{" "}
      {incident.resolvedAtMs === null ? (
        <LiveAge atMs={incident.openedAtMs} />
      ) : (
        `open for ${formatDuration(incident.resolvedAtMs - incident.openedAtMs)}`
      )}
    </>
  );
}

function Timeline({ incident }: { incident: Incident }) {
  return (
    <Panel title="Timeline">
      <ol className="m-0 list-none border-l border-line p-0 pl-4">
        {timelineOf(incident).map((point) => (
          <li key={point.key} className="relative pb-4 last:pb-0">
            <span aria-hidden="true" className="absolute top-1.5 -left-[20.5px] size-2 rounded-full bg-ink-1" />
            <p className="m-0 flex flex-wrap justify-between gap-x-4 text-body text-ink-1">
              {point.title}
              <span className="text-small text-ink-2">
                <LocalTime atMs={point.atMs} />
              </span>
            </p>
            <p className="m-0 text-small break-words text-ink-2">{point.detail}</p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
