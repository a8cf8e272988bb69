"use client";
import { useState } from "react";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { environmentWord, SCOPE_WORDS } from "@/components/words";
import { API_SCOPES, type ApiScope } from "@/server/domain/vocabulary";

const DAY_MS = 86_400_000;
const LIVES = [
  { value: "never", label: "Does not expire" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
] as const;
type Life = (typeof LIVES)[number]["value"];

interface CreateKeyDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  environment: string;
}

/** The key itself is shown once, right here, and is gone when this closes. */
export function CreateKeyDialog({ open, onOpenChange, environment }: CreateKeyDialogProps) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ApiScope[]>(["generate", "read"]);
  const [life, setLife] = useState<Life>("never");
  const utils = trpc.useUtils();
  const create = trpc.keys.create.useMutation({ onSuccess: () => utils.keys.list.invalidate() });
  const problem = (field: string) => create.error?.data?.problems.find((entry) => entry.field === field)?.rule ?? null;

  function close(next: boolean) {
    onOpenChange(next);
    if (next) return;
    create.reset();
    setName("");
  }

  function submit() {
    const expiresAtMs = life === "never" ? null : Date.now() + Number(life) * DAY_MS;
    create.mutate({ name, environment, scopes, expiresAtMs });
  }

  if (create.data) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title="Copy the key now"
        description="It is shown this once: only a hash of it is stored."
      >
        <div className="flex flex-col gap-4">
          <output className="block rounded-control border border-line bg-sunken p-3 font-mono text-code break-all select-all">
            {create.data.key}
          </output>
          <div className="flex justify-end gap-2">
            <CopyButton text={create.data.key}>Copy</CopyButton>
            <Button variant="primary" onClick={() => close(false)}>
              Done
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }

  const nameRule = problem("name");
  const scopeRule = problem("scopes");
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title="Create a key"
      description={`For ${environmentWord(environment)} only.`}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label="Name"
          hint="What uses it, such as “web shop” or “ci”."
          error={nameRule && `The name ${nameRule}.`}
        >
          {(control) => (
            <Input
              {...control}
              value={name}
              maxLength={100}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="m-0 min-w-0 border-0 p-0">
          <legend className="mb-1.5 p-0 text-small text-ink-2">May</legend>
          {API_SCOPES.map((scope) => (
            <label key={scope} className="flex min-h-11 items-start gap-3 py-1.5 md:min-h-9">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes((current) =>
                    event.target.checked ? [...current, scope] : current.filter((entry) => entry !== scope),
                  )
                }
                className="mt-0.5 size-4 accent-(--ink-1)"
              />
              <span>
                {SCOPE_WORDS[scope].title}
                <span className="block text-small text-ink-3">{SCOPE_WORDS[scope].explanation}</span>
              </span>
            </label>
          ))}
          <p role="alert" className={scopeRule ? "m-0 text-small text-breach-text" : "hidden"}>
            {scopeRule ? "Choose at least one." : null}
          </p>
        </fieldset>
        <Select label="Expiry" options={LIVES} value={life} onChange={setLife} />
        {create.error && !nameRule && !scopeRule ? (
          <p role="alert" className="m-0 text-small text-breach-text">
            Creating failed: {create.error.message}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button variant="primary" type="submit" busy={create.isPending}>
            Create key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
