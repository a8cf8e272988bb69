"use client";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { Skeleton } from "@/components/ui/skeleton";
import { STEP_INFO, STEPS, type Step } from "@/server/domain/gates";
import { ControlUsagePanel } from "./control-usage-panel";
import { GatesPanel } from "./gates-panel";
import { HistoryPanel } from "./history-panel";
import { MeasuredLine } from "./measured-line";
import { SplitForm } from "./split-form";
import { TasksPanel } from "./tasks-panel";
import { Track } from "./track";
import { type TrackNode, usePhases } from "./use-phases";
import { useRolloutStatus } from "./use-rollout-status";

/** May we take the next step? Where the rollout stands, what must hold, the split itself, and what happened so far. */
export function RolloutView() {
  const { name: environment } = useEnvironment();
  const [chosen, setChosen] = useQueryState("step", parseAsStringLiteral(STEPS).withOptions({ history: "push" }));
  const status = useRolloutStatus();
  const phases = usePhases();
  const mayOperate = status.data?.mayOperate ?? false;
  return (
    <>
      <PageHeader title="Rollout" />
      <div className="flex flex-col gap-4 xl:gap-6">
        <QueryStates query={phases} what="The phases" skeleton={<Skeleton className="h-14" />}>
          {({ track, nextStep }) => (
            <Track
              nodes={track}
              selected={chosen ?? startingStep(track, nextStep)}
              onSelect={(step) => void setChosen(step === startingStep(track, nextStep) ? null : step)}
            />
          )}
        </QueryStates>
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] xl:gap-6">
          <div className="flex min-w-0 flex-col gap-4 xl:gap-6">
            <QueryStates query={phases} what="The gates" skeleton={<Skeleton className="h-120" />}>
              {({ track, nextStep, tasks }) => {
                const step = chosen ?? startingStep(track, nextStep);
                const node = track.find((entry) => entry.step === step);
                const { phase } = STEP_INFO[step];
                return (
                  <>
                    {node ? <GatesPanel node={node} isNext={step === nextStep} /> : null}
                    <TasksPanel tasks={tasks} phase={phase} mayOperate={mayOperate} />
                    {phase === "deprecation" ? <ControlUsagePanel /> : null}
                  </>
                );
              }}
            </QueryStates>
          </div>
          <Panel title="Traffic split" className="overflow-visible max-lg:order-first">
            <QueryStates query={status} what="The split" skeleton={<Skeleton className="h-120" />}>
              {(current) => (
                <div className="flex flex-col gap-5">
                  <MeasuredLine revision={current.revision} />
                  <SplitForm
                    key={environment}
                    status={current}
                    loadedAtMs={status.dataUpdatedAt}
                    stagingEnvironment={phases.data?.stagingEnvironment ?? "staging"}
                  />
                </div>
              )}
            </QueryStates>
          </Panel>
        </div>
        <HistoryPanel mayOperate={mayOperate} />
      </div>
    </>
  );
}

/** What is shown first: the gates of the next step, or at the end of the way those of the present one. */
function startingStep(track: readonly TrackNode[], nextStep: Step | null): Step {
  return nextStep ?? track.find((node) => node.state === "current" || node.state === "held")?.step ?? "validation";
}
