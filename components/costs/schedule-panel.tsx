"use client";
import { CircleCheck, CircleDashed, Minus, PartyPopper, TriangleAlert } from "lucide-react";
import { formatTotal } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { dateWords } from "./week-view";

type Schedule = RouterOutputs["reviews"]["schedule"];
type DueItem = Schedule["days"][number];

const ICONS = { done: CircleCheck, due: TriangleAlert, missed: Minus, ahead: CircleDashed };
const STATE_WORDS = { done: "done", due: "due now", missed: "missed", ahead: "ahead" };
const STAGE_WORDS = { over: "over", current: "now", ahead: "ahead" };

function nextWords({ next }: Schedule): string {
  if (next === null) return "Nothing more is due: the plan is done.";
  if (next.what === "reach_all_traffic") return "It begins when ComfyUI serves all traffic.";
  if (next.what === "daily_look") return `Next: look at the metrics on ${dateWords(next.on ?? "")}.`;
  if (next.what === "weekly_review") return `Next: review and sign ${next.on}.`;
  return "Next: remove the Scenario dependency (Task 12).";
}

interface SchedulePanelProps {
  environment: string;
  timeZone: string;
  mayOperate: boolean;
}

/** The plan's Post-Rollout section: what is done, what is due next, and when there is cause to celebrate. */
export function SchedulePanel({ environment, timeZone, mayOperate }: SchedulePanelProps) {
  const schedule = trpc.reviews.schedule.useQuery({ environment, timeZone });
  const utils = trpc.useUtils();
  const look = trpc.reviews.look.useMutation({ onSuccess: () => utils.reviews.schedule.invalidate() });
  return (
    <Panel title="After the rollout" note={schedule.data ? nextWords(schedule.data) : null} className="no-print">
      <QueryStates query={schedule} what="The plan after the rollout">
        {(data) => (
          <div className="flex flex-col gap-5">
            {data.celebrates && data.proof ? <Celebration proof={data.proof} /> : null}
            <div className="grid gap-5 md:grid-cols-3">
              {data.stages.map((stage) => (
                <section key={stage.key} aria-label={stage.title} className="flex flex-col gap-2">
                  <h3 className="m-0 flex items-baseline gap-2 text-heading">
                    {stage.title} <span className="text-small font-normal text-ink-2">{STAGE_WORDS[stage.state]}</span>
                  </h3>
                  <ul className="m-0 list-disc pl-5 text-body text-ink-1">
                    {stage.lines.map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                  {stage.key === "week_1" ? <DueList label="Looks" items={data.days} words={dateWords} /> : null}
                  {stage.key === "weeks_2_4" ? <DueList label="Reviews" items={data.weeks} words={(on) => on} /> : null}
                  {stage.key === "month_2" ? <Removal conditions={data.removal} /> : null}
                  {stage.key === "week_1" && stage.state === "current" && mayOperate ? (
                    <div>
                      <Button size="small" busy={look.isPending} onClick={() => look.mutate({ environment, timeZone })}>
                        Looked today
                      </Button>
                      {look.error ? (
                        <p role="alert" className="m-0 mt-1 text-small text-breach-text">
                          Not recorded: {look.error.message}
                        </p>
                      ) : null}
                    </div>
                  ) : null}
                </section>
              ))}
            </div>
          </div>
        )}
      </QueryStates>
    </Panel>
  );
}

function DueList({ label, items, words }: { label: string; items: readonly DueItem[]; words: (on: string) => string }) {
  if (items.length === 0) return null;
  return (
    <ul aria-label={label} className="m-0 flex list-none flex-col gap-1 p-0">
      {items.map(({ on, state, by }) => (
        <li key={on} className="flex items-center gap-2 text-small text-ink-2">
          <Icon icon={ICONS[state]} className="shrink-0" />
          <span>
            {words(on)}: {STATE_WORDS[state]}
            {by ? ` by ${by}` : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Removal({ conditions }: { conditions: Schedule["removal"] }) {
  return (
    <ul aria-label="What the removal needs" className="m-0 flex list-none flex-col gap-1 p-0">
      {conditions.map(({ key, isMet, words }) => (
        <li key={key} className="flex items-start gap-2 text-small text-ink-2">
          <Icon icon={isMet ? CircleCheck : CircleDashed} className="mt-px shrink-0" />
          <span>
            <span className="sr-only">{isMet ? "Met: " : "Not met yet: "}</span>
            {words}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Celebration({ proof }: { proof: NonNullable<Schedule["proof"]> }) {
  return (
    <section
      aria-label="Celebrate cost savings!"
      className="flex items-start gap-3 rounded-control border border-edge bg-canvas p-4"
    >
      <Icon icon={PartyPopper} size={24} className="shrink-0" />
      <div>
        <h3 className="m-0 text-heading">Celebrate cost savings!</h3>
        <p className="m-0 text-body">
          Scenario is removed, and {proof.week} saved {formatTotal(proof.savingsMicros)}, at least{" "}
          {formatTotal(proof.savingsLowMicros)}.
        </p>
      </div>
    </section>
  );
}
