"use client";
import { ListChecks, Square } from "lucide-react";
import { useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { Skeleton } from "@/components/ui/skeleton";
import type { ChecklistItem } from "@/server/domain/checklist";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ExportButtons } from "./export-buttons";
import { ItemRow } from "./item-row";
import { PassDialog } from "./pass-dialog";
import { type Checklist, type ChecklistEntry, useChecklist } from "./use-checklist";

/** Does the new provider do what the plan asks of it? Six items that prove themselves, with the evidence. */
export function ChecklistView() {
  const environment = useEnvironment();
  const checklist = useChecklist();
  const utils = trpc.useUtils();
  const [passing, setPassing] = useState<ChecklistEntry | null>(null);
  const seen = () => Promise.all([utils.checklist.get.invalidate(), utils.gates.invalidate()]);
  const start = trpc.checklist.run.useMutation({ onSettled: seen });
  const cancel = trpc.checklist.cancel.useMutation({ onSettled: seen });
  const run = (items: ChecklistItem[] | null) =>
    start.mutate({ environment: environment.name, provider: CANDIDATE, items });
  const open = checklist.data?.open ?? null;
  const problem = start.error ?? cancel.error;
  return (
    <>
      <PageHeader
        title="Testing checklist"
        actions={
          <>
            <ExportButtons environment={environment.name} />
            {checklist.data?.mayOperate ? (
              open ? (
                <Button
                  busy={cancel.isPending || open.state === "cancelling"}
                  onClick={() => cancel.mutate({ runId: open.id })}
                >
                  <Icon icon={Square} />
                  {open.state === "cancelling" ? "Cancelling …" : "Cancel run"}
                </Button>
              ) : (
                <Button variant="primary" busy={start.isPending} onClick={() => run(null)}>
                  <Icon icon={ListChecks} />
                  Run all
                </Button>
              )
            ) : null}
          </>
        }
      />
      {problem ? (
        <p role="alert" className="mt-0 mb-4 text-body text-breach-text">
          {start.error ? "Not started" : "Not cancelled"}: {problem.message}
        </p>
      ) : null}
      <QueryStates query={checklist} what="The checklist" skeleton={<Skeleton className="h-160" />}>
        {(view) => (
          <Panel title={view.headline} note={<PanelNote view={view} />}>
            <p role="status" className="sr-only">
              {progressWords(view)}
            </p>
            <ul className="m-0 list-none p-0">
              {view.items.map((entry) => (
                <ItemRow
                  key={entry.item}
                  entry={entry}
                  blocked={view.open !== null || start.isPending}
                  onRun={view.mayOperate ? () => run([entry.item]) : null}
                  onPass={view.mayOperate ? () => setPassing(entry) : null}
                />
              ))}
            </ul>
          </Panel>
        )}
      </QueryStates>
      {passing ? <PassDialog entry={passing} environment={environment.name} onClose={() => setPassing(null)} /> : null}
    </>
  );
}

function PanelNote({ view }: { view: Checklist }) {
  const { newest, maxAgeDays, everyHours, provider } = view;
  return (
    <>
      On {PROVIDER_NAMES[provider]}. A pass counts for {maxAgeDays} days and for this configuration of the endpoint.
      {everyHours > 0 ? ` Runs by itself every ${everyHours} h.` : ""}
      {newest ? (
        <>
          {" "}
          Last run by {newest.startedBy}, <LocalTime atMs={newest.createdAtMs} />.
        </>
      ) : null}
    </>
  );
}

/** For ears: which item runs, not each of its steps. */
function progressWords({ open, items, headline }: Checklist): string {
  if (!open) return headline;
  const running = items.find(({ state }) => state === "running");
  return running ? `Running: ${running.title}` : "Waiting to run";
}
