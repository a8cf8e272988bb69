"use client";
import { OctagonAlert } from "lucide-react";
import { type HTMLInputAutoCompleteAttribute, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { type AuthAnswer, postAuth } from "./post-auth";

interface EntryField {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autoComplete: HTMLInputAutoCompleteAttribute;
  hint?: string;
}

interface EntryFormProps {
  door: "setup" | "sign-in/email";
  fields: readonly EntryField[];
  /** Sent along with what is typed. */
  extra?: Record<string, string>;
  /** What can be told before sending; by field. */
  check?: (values: Record<string, string>) => Record<string, string>;
  action: string;
  busyAction: string;
}

const NOTHING: AuthAnswer = { ok: true, message: "", fields: {} };

/** The fields are the browser's own, so that password managers and pasting work; values stay after an error. */
export function EntryForm({ door, fields, extra, check, action, busyAction }: EntryFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [answer, setAnswer] = useState(NOTHING);
  const [busy, setBusy] = useState(false);

  async function send() {
    if (!form.current) return;
    const typed = new FormData(form.current);
    const values = Object.fromEntries(fields.map(({ name }) => [name, String(typed.get(name) ?? "")]));
    const wrong = check?.(values) ?? {};
    if (Object.keys(wrong).length > 0) return show({ ok: false, message: "", fields: wrong });
    setBusy(true);
    const next = await postAuth(door, { ...values, ...extra });
    if (next.ok) {
      // A full load: the new session's pages are rendered with it from the first byte.
      window.location.assign("/");
      return;
    }
    setBusy(false);
    show(next);
  }

  function show(next: AuthAnswer) {
    setAnswer(next);
    const first = fields.find(({ name }) => next.fields[name]);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first.name}"]`)?.focus();
  }

  const general = Object.keys(answer.fields).some((name) => fields.some((field) => field.name === name))
    ? ""
    : answer.message;
  return (
    <form
      ref={form}
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void send();
      }}
    >
      <div role="alert" className="empty:-mb-4">
        {general ? (
          <p className="m-0 flex gap-2 rounded-control bg-breach-bg p-3 text-body text-breach-text">
            <Icon icon={OctagonAlert} className="mt-0.5 shrink-0" />
            {general}
          </p>
        ) : null}
      </div>
      {fields.map((field) => (
        <Field key={field.name} label={field.label} hint={field.hint} error={answer.fields[field.name]}>
          {(control) => (
            <Input
              {...control}
              name={field.name}
              type={field.type}
              autoComplete={field.autoComplete}
              autoCapitalize={field.type === "text" ? undefined : "none"}
              spellCheck={false}
            />
          )}
        </Field>
      ))}
      <Button variant="primary" size="large" busy={busy} type="submit">
        {busy ? busyAction : action}
      </Button>
    </form>
  );
}
