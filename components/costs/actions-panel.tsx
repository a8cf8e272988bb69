"use client";
import { useState } from "react";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import type { Review } from "./review-type";
import { dateWords } from "./week-view";

type Action = Review["actions"]["own"][number];

interface ActionsPanelProps {
  review: Review;
  mayOperate: boolean;
}

/** What is to be done, by whom, until when. They outlive the week's signature, and open ones are carried on. */
export function ActionsPanel({ review, mayOperate }: ActionsPanelProps) {
  const { own, open } = review.actions;
  return (
    <Panel
      title="Action items"
      note={open.length > 0 ? `${open.length} still open from earlier weeks` : "what comes of this review"}
      className={own.length + open.length === 0 ? "no-print" : undefined}
    >
      {own.length + open.length === 0 ? <p className="m-0 text-body text-ink-2">Nothing is to be done.</p> : null}
      <ul className="m-0 list-none p-0">
        {[...own, ...open].map((action) => (
          <ActionRow key={action.id} action={action} week={review.week} mayOperate={mayOperate} />
        ))}
      </ul>
      {mayOperate ? <ActionForm review={review} /> : null}
    </Panel>
  );
}

function ActionRow({ action, week, mayOperate }: { action: Action; week: string; mayOperate: boolean }) {
  const utils = trpc.useUtils();
  const finish = trpc.reviews.finishAction.useMutation({ onSuccess: () => utils.reviews.invalidate() });
  const isDone = action.doneAtMs !== null;
  return (
    <li className="border-t border-line first:border-t-0">
      <label className="flex min-h-11 items-start gap-3 py-2 md:min-h-9">
        <input
          type="checkbox"
          checked={isDone}
          disabled={!mayOperate || finish.isPending}
          onChange={() => finish.mutate({ id: action.id, done: !isDone })}
          className="mt-0.5 size-4 shrink-0 accent-(--ink-1)"
        />
        <span className="min-w-0 break-words">
          <span className={isDone ? "text-ink-2 line-through" : "text-ink-1"}>{action.title}</span>
          <span className="block text-small text-ink-2">
            {action.owner}, due {dateWords(action.dueOn)}
            {action.week === week ? "" : `, from ${action.week}`}
            {isDone ? `, done by ${action.doneBy}` : ""}
          </span>
        </span>
      </label>
      {finish.error ? (
        <p role="alert" className="m-0 pb-2 text-small text-breach-text">
          Not changed: {finish.error.message}
        </p>
      ) : null}
    </li>
  );
}

const EMPTY = { title: "", owner: "", dueOn: "" };

function ActionForm({ review: { environment, week } }: { review: Review }) {
  const [draft, setDraft] = useState(EMPTY);
  const utils = trpc.useUtils();
  const add = trpc.reviews.addAction.useMutation({
    onSuccess: async () => {
      setDraft(EMPTY);
      await utils.reviews.invalidate();
    },
  });
  const problem = (field: string) => {
    const rule = add.error?.data?.problems.find((entry) => entry.field === field)?.rule;
    return rule ? `It ${rule}.` : null;
  };
  const change = (part: Partial<typeof EMPTY>) => setDraft({ ...draft, ...part });
  const isNamed = ["title", "owner", "dueOn"].some((field) => problem(field) !== null);
  return (
    <form
      noValidate
      aria-label="New action item"
      className="no-print mt-3 grid gap-3 border-t border-line pt-3 sm:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ environment, week, ...draft });
      }}
    >
      <Field label="What is to be done" error={problem("title")} className="sm:col-span-2">
        {(control) => (
          <Input
            {...control}
            value={draft.title}
            maxLength={300}
            autoComplete="off"
            onChange={(event) => change({ title: event.target.value })}
          />
        )}
      </Field>
      <Field label="Owner" error={problem("owner")}>
        {(control) => (
          <Input
            {...control}
            value={draft.owner}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => change({ owner: event.target.value })}
          />
        )}
      </Field>
      <Field label="Due" error={problem("dueOn")}>
        {(control) => (
          <Input
            {...control}
            type="date"
            value={draft.dueOn}
            onChange={(event) => change({ dueOn: event.target.value })}
          />
        )}
      </Field>
      {add.error && !isNamed ? (
        <p role="alert" className="m-0 text-small text-breach-text sm:col-span-2">
          Not added: {add.error.message}
        </p>
      ) : null}
      <div className="sm:col-span-2">
        <Button type="submit" busy={add.isPending}>
          Add
        </Button>
      </div>
    </form>
  );
}
