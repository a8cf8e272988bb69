"use client";
import { useState } from "react";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/chip";
import { Field, Input } from "@/components/ui/field";

const CHIPS = ["Timeouts", "Out of memory", "Rate limited", "Missing model", "Quality", "Drill", "Other"] as const;

interface ReasonFormProps {
  environment: string;
  revision: number;
  onDone: () => void;
}

/** Gives a change its reason afterwards: one of the usual ones, words of one's own, or both. */
export function ReasonForm({ environment, revision, onDone }: ReasonFormProps) {
  const [chip, setChip] = useState<string | null>(null);
  const [text, setText] = useState("");
  const utils = trpc.useUtils();
  const add = trpc.rollout.addReason.useMutation({
    onSuccess: async () => {
      await Promise.all([utils.rollout.invalidate(), utils.incidents.invalidate()]);
      onDone();
    },
  });
  const words = text.trim();
  const reason = chip === null ? words : words === "" ? chip : `${chip}: ${words}`;
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason !== "") add.mutate({ environment, revision, reason });
      }}
    >
      <fieldset className="m-0 min-w-0 border-0 p-0">
        <legend className="sr-only">Usual reasons</legend>
        <div className="flex flex-wrap gap-1.5">
          {CHIPS.map((name) => (
            <FilterChip key={name} pressed={chip === name} onClick={() => setChip(chip === name ? null : name)}>
              {name}
            </FilterChip>
          ))}
        </div>
      </fieldset>
      <Field label="In your words" error={add.error ? `Not saved: ${add.error.message}` : null}>
        {(control) => (
          <Input
            {...control}
            value={text}
            maxLength={900}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={onDone}>
          Later
        </Button>
        <Button size="small" variant="primary" type="submit" busy={add.isPending} disabled={reason === ""}>
          Save reason
        </Button>
      </div>
    </form>
  );
}
