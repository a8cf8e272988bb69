"use client";
import { CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import type { Phase } from "@/server/domain/vocabulary";
import type { Task } from "./use-phases";

const KIND_WORDS: Record<Task["kind"], string> = {
  automatic: "ticks itself",
  test: "by the testing checklist",
  human: "by a person",
};

interface TasksPanelProps {
  tasks: readonly Task[];
  phase: Phase;
  mayOperate: boolean;
}

/** The plan's tick boxes for a phase: measured, tested, or ticked by a person with name and note. */
export function TasksPanel({ tasks, phase, mayOperate }: TasksPanelProps) {
  const { name: environment } = useEnvironment();
  const [ticking, setTicking] = useState<Task | null>(null);
  const ofPhase = tasks.filter((task) => task.phase === phase);
  return (
    <Panel
      title="Tasks of the plan"
      note={`Phase ${phase}: ${ofPhase.filter((task) => task.done).length} of ${ofPhase.length} done`}
    >
      <ul className="m-0 list-none p-0">
        {ofPhase.map((task) => (
          <TaskRow key={task.key} task={task} onTick={mayOperate ? () => setTicking(task) : null} />
        ))}
      </ul>
      {ticking ? <TickDialog task={ticking} environment={environment} onClose={() => setTicking(null)} /> : null}
    </Panel>
  );
}

function TaskRow({ task, onTick }: { task: Task; onTick: (() => void) | null }) {
  const ticked = task.doneAtMs !== null;
  return (
    <li
      data-task={task.key}
      data-state={task.done ? "ok" : "unknown"}
      className="flex gap-3 border-t border-line py-2.5 first:border-t-0"
    >
      <Icon
        icon={task.done ? CircleCheck : CircleDashed}
        className={task.done ? "mt-0.5 shrink-0 text-ink-1" : "mt-0.5 shrink-0 text-ink-3"}
      />
      <div className="min-w-0 flex-1">
        <p className="m-0 text-body text-ink-1">
          {task.title}
          <span className="sr-only">{task.done ? ", done" : ", to do"}</span>
        </p>
        <p className="m-0 text-small break-words text-ink-2">
          {KIND_WORDS[task.kind]}: {task.words}
          {task.doneBy !== null && task.doneAtMs !== null ? (
            <>
              {" "}
              ({task.doneBy}, <LocalTime atMs={task.doneAtMs} />)
            </>
          ) : null}
        </p>
      </div>
      {task.kind === "human" && onTick && (!task.done || ticked) ? (
        <Button size="small" onClick={onTick} aria-label={`${ticked ? "Take back" : "Tick"}: ${task.title}`}>
          {ticked ? "Take back" : "Tick"}
        </Button>
      ) : null}
    </li>
  );
}

function TickDialog({ task, environment, onClose }: { task: Task; environment: string; onClose: () => void }) {
  const [note, setNote] = useState("");
  const utils = trpc.useUtils();
  const done = task.doneAtMs === null;
  const tick = trpc.gates.tickTask.useMutation({
    onSuccess: async () => {
      await utils.gates.phases.invalidate();
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={done ? "Tick the task" : "Take the tick back"}
      description={task.title}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (note.trim() !== "") tick.mutate({ environment, task: task.key, note, done });
        }}
      >
        <Field
          label={done ? "Note: what was done or seen" : "Note: why it is taken back"}
          hint="Your name goes with it."
          error={tick.error ? `Not saved: ${tick.error.message}` : null}
        >
          {(control) => (
            <Input
              {...control}
              value={note}
              maxLength={1_000}
              autoComplete="off"
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" busy={tick.isPending} disabled={note.trim() === ""}>
            {done ? "Tick" : "Take back"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
