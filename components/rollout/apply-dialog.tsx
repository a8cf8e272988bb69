"use client";
import { useState } from "react";
import { formatShareBp } from "@/components/format";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Field, Input } from "@/components/ui/field";
import { STEP_INFO, stepFor } from "@/server/domain/gates";
import { CANDIDATE, type Phase, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ReasonField, reasonProblem } from "./reason-field";
import { sharesWords } from "./shares-words";
import { usePhases } from "./use-phases";
import type { RolloutStatus } from "./use-rollout-status";

const WORD = "override";

interface ApplyDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  revision: RolloutStatus["revision"];
  shareBp: number;
  stagingEnvironment: string;
  busy: boolean;
  error: string | null;
  onApply: (given: { reason: string; override: boolean; phase: Phase | null }) => void;
}

/** Shows what will change and what speaks against it, and asks why. Down needs a reason; up needs green gates or a word. */
export function ApplyDialog(props: ApplyDialogProps) {
  const { open, onOpenChange, revision, shareBp, stagingEnvironment, busy, error, onApply } = props;
  const [reason, setReason] = useState("");
  const [word, setWord] = useState("");
  const step = stepFor(revision, shareBp, { stagingEnvironment });
  const phases = usePhases();
  const gates = phases.data?.track.find((node) => node.step === step)?.gates;
  const red = gates?.filter((gate) => !gate.green) ?? [];
  const unknown = step !== null && gates === undefined;
  const needsWord = red.length > 0 || (unknown && phases.error !== null);
  const ready = reasonProblem(reason) === null && (!unknown || needsWord) && (!needsWord || word.trim() === WORD);

  function close(next: boolean) {
    onOpenChange(next);
    // What was typed belonged to this step; the next one is confirmed anew.
    if (!next) setWord("");
  }

  return (
    <AlertDialog
      open={open}
      onOpenChange={close}
      title={`Send ${formatShareBp(shareBp)} of traffic to ${PROVIDER_NAMES[CANDIDATE]}`}
      action={`Send ${formatShareBp(shareBp)}`}
      tone={needsWord ? "danger" : "primary"}
      disabled={!ready}
      busy={busy}
      onAction={() => onApply({ reason, override: needsWord, phase: step === null ? null : STEP_INFO[step].phase })}
    >
      <p className="m-0 text-ink-1">
        {sharesWords(revision.candidateShareBp)} → {sharesWords(shareBp)}
      </p>
      {step === null ? <p className="m-0">Less for {PROVIDER_NAMES[CANDIDATE]}: no gate is asked.</p> : null}
      {unknown ? (
        <p className="m-0">
          {phases.error ? `The gates could not be looked at: ${phases.error.message}` : "Looking at the gates…"}
        </p>
      ) : null}
      {gates && red.length === 0 ? <p className="m-0">All {gates.length} gates pass.</p> : null}
      {red.length > 0 ? (
        <div>
          <p className="m-0 font-medium text-ink-1">
            {red.length} of {gates?.length} gates do not allow this step:
          </p>
          <ul className="m-0 list-disc pl-5">
            {red.map((gate) => (
              <li key={gate.key} className="text-small">
                {gate.title}: {gate.verdict.words}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <ReasonField value={reason} onChange={setReason} />
      {needsWord ? (
        <Field label={`Type ${WORD} to go ahead all the same`} hint="The history names every gate that you override.">
          {(control) => (
            <Input
              {...control}
              value={word}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              onChange={(event) => setWord(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      {error ? (
        <p role="alert" className="m-0 break-words text-breach-text">
          Not applied: {error}
        </p>
      ) : null}
    </AlertDialog>
  );
}
