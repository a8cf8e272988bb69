"use client";
import { useState } from "react";
import { formatCount } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { EmptyState } from "@/components/ui/empty-state";
import { Facts } from "@/components/ui/facts";
import { LiveAge } from "@/components/ui/live-age";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { shownSettings } from "@/server/domain/endpoint/differences";
import { ChangeDialog, type EndpointStatus } from "./change-dialog";
import { ChangeList } from "./change-list";
import { standingWords } from "./endpoint-words";
import { FindingList } from "./finding-list";
import { ScheduleSection } from "./schedule-section";
import { WorkerList } from "./worker-list";

const REFRESH_MS = 15_000;

/** The candidate's endpoint: what is set, who works, what is wrong, what changed; and the way to change it. */
export function EndpointCard() {
  const { name: environment } = useEnvironment();
  const query = trpc.endpoint.status.useQuery({ environment }, { refetchInterval: REFRESH_MS });
  const utils = trpc.useUtils();
  const look = trpc.endpoint.look.useMutation({ onSettled: () => utils.endpoint.invalidate() });
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  const [changing, setChanging] = useState(false);
  const status = query.data ?? null;
  return (
    <Panel
      title="RunPod endpoint"
      note={status === null ? null : <Looked status={status} />}
      aside={
        mayOperate ? (
          <div className="flex flex-wrap gap-2">
            <Button size="small" busy={look.isPending} onClick={() => look.mutate({ environment })}>
              Look now
            </Button>
            {status === null ? null : (
              <Button size="small" variant="primary" onClick={() => setChanging(true)}>
                Change…
              </Button>
            )}
          </div>
        ) : null
      }
    >
      <QueryStates
        query={query}
        what="The endpoint"
        isEmpty={(data) => data === null}
        empty={<EmptyState>The endpoint was not read yet. It is looked at every minute.</EmptyState>}
      >
        {(data) => (data === null ? null : <EndpointFacts status={data} mayOperate={mayOperate} />)}
      </QueryStates>
      {status !== null && changing ? <ChangeDialog status={status} open onOpenChange={setChanging} /> : null}
    </Panel>
  );
}

function Looked({ status: { endpointId, answeredAtMs } }: { status: EndpointStatus }) {
  return (
    <>
      <span className="font-mono text-code break-all">{endpointId}</span>
      {answeredAtMs === null ? ", never read" : ", read "}
      {answeredAtMs === null ? null : <LiveAge atMs={answeredAtMs} />}
    </>
  );
}

function EndpointFacts({ status, mayOperate }: { status: EndpointStatus; mayOperate: boolean }) {
  const { settings, findings, workers, releases, standing, breakEvenImages, lastRequestMs } = status;
  return (
    <div className="flex flex-col gap-4">
      <FindingList findings={findings} />
      <Facts
        facts={[
          ...Object.entries(shownSettings(settings)).map(([name, value]) => ({ name, value })),
          {
            name: "Standing",
            value: `${standingWords(standing)}${standing.workers === 0 ? "" : ` (${standing.source})`}`,
          },
          {
            name: "A permanent worker pays",
            value:
              breakEvenImages === null
                ? "unknown: a price is missing"
                : `from ${formatCount(breakEvenImages)} images a month, against Scenario's price`,
          },
          { name: "Last request", value: lastRequestMs === null ? "none known" : <LiveAge atMs={lastRequestMs} /> },
        ]}
      />
      <ScheduleSection status={status} mayOperate={mayOperate} />
      <WorkerList workers={workers} />
      <Disclosure summary={`Changes (${status.history.length})`}>
        <ChangeList status={status} mayOperate={mayOperate} />
      </Disclosure>
      <Disclosure summary={`Releases (${releases.length})`}>
        <ol className="m-0 list-none p-0 text-small text-ink-2">
          {releases.map(({ version, createdAtMs, isCurrent, changes }) => (
            <li key={version} className="py-1">
              <span className="text-ink-1">
                {version}
                {isCurrent ? ", current" : ""}
              </span>
              , <LocalTime atMs={createdAtMs} />
              {changes.length === 0 ? "" : `: ${changes.map(({ field }) => field).join(", ")}`}
            </li>
          ))}
        </ol>
      </Disclosure>
    </div>
  );
}
