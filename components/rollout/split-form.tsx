"use client";
import { useId, useState } from "react";
import { formatShareBp } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Field, Input } from "@/components/ui/field";
import { LiveAge } from "@/components/ui/live-age";
import { useToast } from "@/components/ui/toast";
import { actorWords } from "@/server/domain/actor-words";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ApplyDialog } from "./apply-dialog";
import { parseShare } from "./parse-share";
import { ShareSlider } from "./share-slider";
import { sharesWords } from "./shares-words";
import type { RolloutStatus } from "./use-rollout-status";
import { WhatIfList } from "./what-if-panel";

const PRESETS_BP = [0, 1_000, 5_000, 10_000];

/** What somebody typed, and on which revision: an older one must not overwrite a newer. */
interface Draft {
  text: string;
  base: number;
}

const textOf = (shareBp: number) => String(shareBp / 100);

interface SplitFormProps {
  status: RolloutStatus;
  loadedAtMs: number;
  stagingEnvironment: string;
}

/** The split, as it is and as it shall be: slider, number or preset; what it would mean; and the way to apply it. */
export function SplitForm({ status, loadedAtMs, stagingEnvironment }: SplitFormProps) {
  const { revision } = status;
  const { name: environment } = useEnvironment();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [overtakenBy, setOvertakenBy] = useState<RolloutStatus["revision"] | null>(null);
  const [asking, setAsking] = useState(false);
  const reasonId = useId();
  const utils = trpc.useUtils();
  const toast = useToast();
  const apply = trpc.rollout.changeShare.useMutation({
    onSuccess: async ({ candidateShareBp }) => {
      setDraft(null);
      setAsking(false);
      toast("Split applied", sharesWords(candidateShareBp));
      await utils.rollout.status.invalidate();
    },
    // Refused for a change by somebody else: the new state says by whom.
    onError: () => utils.rollout.status.invalidate(),
  });

  // Somebody else was faster: what was drafted on the old state is put away, and nothing is overwritten.
  if (draft !== null && draft.base !== revision.number && !apply.isPending) {
    setDraft(null);
    setAsking(false);
    setOvertakenBy(revision);
  }

  const text = draft?.text ?? textOf(revision.candidateShareBp);
  const { shareBp, problem } = parseShare(text);
  const shownBp = shareBp ?? revision.candidateShareBp;
  const change = (next: string) => {
    setOvertakenBy(null);
    setDraft({ text: next, base: revision.number });
  };
  const isChanged = shareBp !== null && shareBp !== revision.candidateShareBp;
  const blocked = !status.mayOperate
    ? "Needs the operator role"
    : problem !== null
      ? problem
      : !isChanged
        ? "This is the split in force."
        : revision.held && shownBp > revision.candidateShareBp
          ? "Held: resume first, with a reason."
          : null;

  return (
    <form
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked === null) setAsking(true);
      }}
    >
      <div role="alert" className={overtakenBy === null ? "sr-only" : undefined}>
        {overtakenBy === null ? null : (
          <p className="m-0 rounded-control bg-watch-bg px-3 py-2 text-body break-words text-watch-text">
            Changed to {formatShareBp(overtakenBy.candidateShareBp)} by {actorWords(overtakenBy.actor)}{" "}
            <LiveAge atMs={loadedAtMs - (status.nowMs - overtakenBy.createdAtMs)} />. Nothing of yours was applied; the
            form shows the new split.
          </p>
        )}
      </div>
      <ShareSlider shareBp={shownBp} onChange={(percent) => change(String(percent))} className="max-md:hidden" />
      <div className="flex flex-wrap items-start gap-3">
        <Field label={`${PROVIDER_NAMES[CANDIDATE]}, %`} error={problem} className="w-28">
          {(control) => (
            <Input
              {...control}
              inputMode="decimal"
              autoComplete="off"
              value={text}
              onChange={(event) => change(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="m-0 min-w-0 border-0 p-0">
          <legend className="mb-1.5 p-0 text-small text-ink-2">Presets</legend>
          <div className="flex flex-wrap gap-2">
            {PRESETS_BP.map((preset) => (
              <Button
                key={preset}
                aria-pressed={shareBp === preset}
                onClick={() => change(textOf(preset))}
                className={shareBp === preset ? "border-ink-1 bg-sunken max-md:min-w-14" : "max-md:min-w-14"}
              >
                {formatShareBp(preset)}
              </Button>
            ))}
          </div>
        </fieldset>
      </div>
      <p aria-live="polite" className="m-0 text-body text-ink-1">
        {sharesWords(shownBp)}
      </p>
      <WhatIfList shareBp={shownBp} />
      <div
        className={cn(
          "flex flex-wrap items-center gap-x-4 gap-y-2",
          isChanged &&
            "max-md:sticky max-md:bottom-[calc(var(--bottom-height)+8px)] max-md:z-10 max-md:-mx-2 max-md:rounded-card max-md:border max-md:border-line max-md:bg-surface max-md:p-2",
        )}
      >
        <Button
          type="submit"
          variant="primary"
          size="large"
          disabled={blocked !== null}
          aria-describedby={reasonId}
          className="max-md:w-full"
        >
          Apply split
        </Button>
        <p id={reasonId} className="m-0 text-small text-ink-2">
          {blocked ?? `${formatShareBp(revision.candidateShareBp)} → ${formatShareBp(shownBp)}`}
        </p>
      </div>
      <ApplyDialog
        open={asking}
        onOpenChange={(next) => {
          setAsking(next);
          if (!next) apply.reset();
        }}
        revision={revision}
        shareBp={shownBp}
        stagingEnvironment={stagingEnvironment}
        busy={apply.isPending}
        error={apply.error?.message ?? null}
        onApply={(given) => apply.mutate({ environment, shareBp: shownBp, seenRevision: revision.number, ...given })}
      />
    </form>
  );
}
