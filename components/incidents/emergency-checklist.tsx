"use client";
import { CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import { reasonProblem } from "@/components/rollout/reason-field";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { evidenceWords, type Incident, ITEM_TITLES, ITEM_WAITING } from "./incident-words";

/** The plan's four items. Three tick themselves on evidence and by nobody's hand; a person writes the fourth. */
export function EmergencyChecklist({ incident, mayOperate }: { incident: Incident; mayOperate: boolean }) {
  const done = incident.items.filter((entry) => entry.done).length;
  return (
    <Panel title="Emergency rollback checklist" note={`${done} of ${incident.items.length} done`}>
      <ol className="m-0 list-none p-0">
        {incident.items.map((entry) => {
          const words = evidenceWords(entry);
          return (
            <li
              key={entry.item}
              data-state={entry.done ? "ok" : "unknown"}
              className="flex gap-3 border-t border-line py-3 first:border-t-0 last:pb-0"
            >
              <Icon
                icon={entry.done ? CircleCheck : CircleDashed}
                className={entry.done ? "mt-0.5 shrink-0 text-ink-1" : "mt-0.5 shrink-0 text-ink-3"}
              />
              <div className="min-w-0 flex-1">
                <p className="m-0 font-medium">
                  {ITEM_TITLES[entry.item]}
                  <span className="sr-only">{entry.done ? ", done" : ", to do"}</span>
                </p>
                {words ? <p className="m-0 text-body break-words text-ink-2">{words}</p> : null}
                <p className="m-0 text-small text-ink-2">
                  {entry.doneAtMs === null ? (
                    ITEM_WAITING[entry.item]
                  ) : (
                    <>
                      {entry.doneBy}, <LocalTime atMs={entry.doneAtMs} />
                    </>
                  )}
                </p>
                {entry.item === "root_cause" && !entry.done && mayOperate ? (
                  <RootCause incidentId={incident.id} />
                ) : null}
              </div>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

function RootCause({ incidentId }: { incidentId: string }) {
  const [rootCause, setRootCause] = useState("");
  const utils = trpc.useUtils();
  const write = trpc.incidents.writeRootCause.useMutation({ onSuccess: () => utils.incidents.invalidate() });
  const problem = reasonProblem(rootCause);
  return (
    <form
      noValidate
      className="mt-3 flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === null) write.mutate({ incidentId, rootCause });
      }}
    >
      <Field
        label="Root cause"
        hint={problem?.replace("a reason of ", "") ?? "Goes into the incident and the audit trail."}
        error={write.error ? `Not saved: ${write.error.message}` : null}
      >
        {(control) => (
          <Input
            {...control}
            value={rootCause}
            maxLength={1_000}
            autoComplete="off"
            onChange={(event) => setRootCause(event.target.value)}
          />
        )}
      </Field>
      <div>
        <Button type="submit" busy={write.isPending} disabled={problem !== null}>
          Save root cause
        </Button>
      </div>
    </form>
  );
}
