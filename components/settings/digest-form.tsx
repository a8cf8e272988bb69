"use client";
import { useState } from "react";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Field, Input, TextArea } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { useToast } from "@/components/ui/toast";
import { type DigestPlan, WEEKDAYS } from "@/server/domain/digest";
import { TestButtons } from "./test-buttons";

type Settings = RouterOutputs["digests"]["settings"];

const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: `${hour}:00` }));
const DAYS = WEEKDAYS.map((label, index) => ({ value: String(index + 1), label }));
const NAMES: Record<keyof DigestPlan, string> = {
  enabled: "on or off",
  weekday: "weekday",
  hour: "hour",
  timeZone: "time zone",
  emails: "e-mail addresses",
  slack: "Slack",
  warnings: "warnings",
};

const addressesOf = (text: string) => text.split(/[\s,;]+/).filter(Boolean);
const planOf = ({ sinceMs: _sinceMs, ...plan }: Settings["plan"]): DigestPlan => plan;

/** What is different from what is stored, by name: it stands beside Save. */
function changes(draft: DigestPlan, stored: DigestPlan): string[] {
  const keys = Object.keys(NAMES) as (keyof DigestPlan)[]; // NAMES has every key and no other
  return keys.filter((key) => String(draft[key]) !== String(stored[key])).map((key) => NAMES[key]);
}

interface DigestFormProps {
  environment: string;
  settings: Settings;
  mayOperate: boolean;
}

export function DigestForm({ environment, settings, mayOperate }: DigestFormProps) {
  const stored = planOf(settings.plan);
  const [plan, setPlan] = useState(stored);
  const [addresses, setAddresses] = useState(stored.emails.join("\n"));
  const utils = trpc.useUtils();
  const toast = useToast();
  const save = trpc.digests.change.useMutation({
    onSuccess: async () => {
      await utils.digests.settings.invalidate();
      toast("Notifications saved");
    },
  });
  const draft = { ...plan, emails: addressesOf(addresses) };
  const changed = changes(draft, stored);
  const change = (part: Partial<DigestPlan>) => setPlan({ ...plan, ...part });
  const problems = save.error?.data?.problems ?? [];
  const problem = (field: string) => {
    const found = problems.find((entry) => entry.field === field || entry.field.startsWith(`${field}.`));
    if (!found) return null;
    const which = draft.emails[Number(found.field.split(".")[1])];
    return which === undefined ? `It ${found.rule}.` : `${which} ${found.rule}.`;
  };
  const atForm = problem("enabled") ?? problem("slack") ?? (problems.length === 0 ? save.error?.message : null);

  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ environment, ...draft });
      }}
    >
      <Switch
        label="Send it"
        hint="What became due before it was switched on is not sent afterwards."
        checked={plan.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      <div className="grid gap-4 sm:grid-cols-3">
        <Select
          label="Weekday"
          options={DAYS}
          value={String(plan.weekday)}
          onChange={(value) => change({ weekday: Number(value) })}
        />
        <Select
          label="Hour"
          options={HOURS}
          value={String(plan.hour)}
          onChange={(value) => change({ hour: Number(value) })}
        />
        <Field label="Time zone" error={problem("timeZone")}>
          {(control) => (
            <Input
              {...control}
              value={plan.timeZone}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => change({ timeZone: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field
        label="E-mail addresses"
        hint={settings.missing.email ? `${settings.missing.email}.` : "One a line."}
        error={problem("emails")}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            value={addresses}
            spellCheck={false}
            onChange={(event) => setAddresses(event.target.value)}
          />
        )}
      </Field>
      <Switch
        label="Post to Slack"
        hint={settings.missing.slack ? `${settings.missing.slack}.` : "To the webhook in SLACK_WEBHOOK_URL."}
        checked={plan.slack}
        onChange={(slack) => change({ slack })}
      />
      <Switch
        label="Warnings of endpoint and storage too"
        hint="What does harm, or will, to the RunPod endpoint or to the pictures' storage goes the same ways: when it has lasted three minutes, and when it is over."
        checked={plan.warnings}
        onChange={(warnings) => change({ warnings })}
      />
      {atForm ? (
        <p role="alert" className="m-0 text-body text-breach-text">
          Not saved: {atForm}
        </p>
      ) : null}
      {mayOperate ? (
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant="primary" busy={save.isPending} disabled={changed.length === 0}>
            Save
          </Button>
          <p className="m-0 text-small text-ink-2">
            {changed.length === 0 ? "Nothing is changed." : `Changed: ${changed.join(", ")}.`}
          </p>
        </div>
      ) : (
        <p className="m-0 text-small text-ink-2">Needs the operator role to change: ask an administrator.</p>
      )}
      {mayOperate ? <TestButtons environment={environment} settings={settings} /> : null}
    </form>
  );
}
