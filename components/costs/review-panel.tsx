"use client";
import { useEffect, useState } from "react";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Field, TextArea } from "@/components/ui/field";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { useToast } from "@/components/ui/toast";
import { forgetDraft, keepDraft, readDraft } from "./review-draft";
import type { Review } from "./review-type";
import { SignDialog } from "./sign-dialog";

interface ReviewPanelProps {
  review: Review;
  mayOperate: boolean;
}

/** What people say of the week, and their signature. A signed week is text, no longer a form. */
export function ReviewPanel({ review, mayOperate }: ReviewPanelProps) {
  const { written, signed } = review;
  const isOpen = signed === null && mayOperate;
  const updated = written && (
    <>
      last written by {written.updatedBy}, <LocalTime atMs={written.updatedAtMs} />
    </>
  );
  return (
    <Panel
      title="Review"
      note={
        signed ? (
          <>
            Signed by {signed.by}, <LocalTime atMs={signed.atMs} />: these numbers stay as they are
          </>
        ) : (
          (updated ?? "nobody has written to this week yet")
        )
      }
      className={isOpen && !written?.notes && !written?.unexpected ? "no-print" : undefined}
    >
      {isOpen ? (
        <>
          <ReviewForm key={`${review.environment} ${review.week}`} review={review} />
          <div className="print-only hidden">
            <ReviewText review={review} />
          </div>
        </>
      ) : (
        <>
          <ReviewText review={review} />
          {signed === null ? (
            <p className="no-print m-0 mt-3 text-small text-ink-2">
              Needs the operator role to write or sign: ask an administrator.
            </p>
          ) : null}
        </>
      )}
    </Panel>
  );
}

function ReviewText({ review: { written } }: { review: Review }) {
  const parts = [
    { name: "Unexpected behaviour", text: written?.unexpected },
    { name: "Notes", text: written?.notes },
  ].filter(({ text }) => text);
  if (parts.length === 0) return <p className="m-0 text-body text-ink-2">Nothing is written.</p>;
  return parts.map(({ name, text }) => (
    <div key={name} className="mb-2">
      <h3 className="m-0 text-small font-normal text-ink-2">{name}</h3>
      <p className="m-0 text-body break-words whitespace-pre-wrap">{text}</p>
    </div>
  ));
}

const textsOf = (written: Review["written"]) => ({
  unexpected: written?.unexpected ?? "",
  notes: written?.notes ?? "",
  updatedAtMs: written?.updatedAtMs ?? null,
});

function ReviewForm({ review }: { review: Review }) {
  const { environment, week, written, costs } = review;
  const [base, setBase] = useState(() => textsOf(written));
  const [draft, setDraft] = useState(base);
  const [signing, setSigning] = useState(false);
  const utils = trpc.useUtils();
  const toast = useToast();
  const write = trpc.reviews.write.useMutation({
    onSuccess: async ({ updatedAtMs }, { unexpected, notes }) => {
      const saved = { unexpected, notes, updatedAtMs };
      setBase(saved);
      setDraft(saved);
      forgetDraft(environment, week);
      toast("Review saved");
      await utils.reviews.invalidate();
    },
    // Refused for what somebody else has written: their text is fetched, and ours stays.
    onError: () => utils.reviews.week.invalidate(),
  });
  // A reload must not take what somebody has written. After mounting: the server's page knows nothing of this tab.
  useEffect(() => {
    const kept = readDraft(environment, week);
    if (kept === null) return;
    const { seenAtMs, ...texts } = kept;
    // What they had seen then: what somebody else has written meanwhile is said like anywhere else.
    setBase((before) => ({ ...before, updatedAtMs: seenAtMs }));
    setDraft((before) => ({ ...before, ...texts }));
  }, [environment, week]);
  const type = (change: Partial<typeof draft>) => {
    const next = { ...draft, ...change };
    setDraft(next);
    keepDraft(environment, week, { unexpected: next.unexpected, notes: next.notes, seenAtMs: base.updatedAtMs });
  };
  const isChanged = draft.unexpected !== base.unexpected || draft.notes !== base.notes;
  const isOvertaken = (written?.updatedAtMs ?? 0) > (base.updatedAtMs ?? 0);
  const takeTheirs = () => {
    write.reset();
    setBase(textsOf(written));
    setDraft(textsOf(written));
    forgetDraft(environment, week);
  };
  // Nothing of ours is lost by it.
  if (isOvertaken && !isChanged && !write.isPending) takeTheirs();
  const blocked = costs.isRunning
    ? "The week can be signed once its Sunday has ended."
    : isChanged
      ? "Save what you have written, then sign."
      : null;
  return (
    <form
      noValidate
      className="no-print flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const { unexpected, notes } = draft;
        write.mutate({ environment, week, unexpected, notes, seenAtMs: base.updatedAtMs });
      }}
    >
      <Field label="Unexpected behaviour">
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            value={draft.unexpected}
            maxLength={4_000}
            onChange={(event) => type({ unexpected: event.target.value })}
          />
        )}
      </Field>
      <Field label="Notes">
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            value={draft.notes}
            maxLength={4_000}
            onChange={(event) => type({ notes: event.target.value })}
          />
        )}
      </Field>
      {isOvertaken && isChanged ? (
        <div className="flex flex-wrap items-center gap-2 rounded-control bg-watch-bg px-3 py-2 text-body text-watch-text">
          <p className="m-0 min-w-0">{written?.updatedBy} has written to this week meanwhile. Yours is not saved.</p>
          <Button size="small" onClick={takeTheirs}>
            Show theirs
          </Button>
        </div>
      ) : null}
      {write.error ? (
        <p role="alert" className="m-0 text-body break-words text-breach-text">
          Not saved: {write.error.message}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" busy={write.isPending} disabled={!isChanged}>
          Save
        </Button>
        <Button disabled={blocked !== null} onClick={() => setSigning(true)}>
          Sign off…
        </Button>
        {isChanged ? <p className="m-0 text-small text-ink-2">Not saved yet: kept in this tab alone.</p> : null}
        {blocked ? <p className="m-0 text-small text-ink-2">{blocked}</p> : null}
      </div>
      <SignDialog open={signing} onOpenChange={setSigning} review={review} />
    </form>
  );
}
