"use client";
import { Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { formatCount, formatMoney } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Field, Input, PromptArea } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { Segmented } from "@/components/ui/segmented";
import { BATCH_PROMPTS_MAX, type BatchParams, batchProblems, parsePrompts } from "@/server/domain/batch";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { parseCap } from "./parse-cap";

const SIZES = ["512", "768", "1024"] as const;
const FILE_MAX_BYTES = 1_000_000;

/** A list of prompts by hand, paste or file, with what it will cost before anything is asked for. */
export function BatchForm({ onStarted }: { onStarted: (batchId: string) => void }) {
  const { name: environment } = useEnvironment();
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const [cap, setCap] = useState("1.00");
  const [size, setSize] = useState<(typeof SIZES)[number]>("1024");
  const [fileProblem, setFileProblem] = useState<string | null>(null);
  const estimate = trpc.batch.estimate.useQuery({ environment });
  const start = trpc.batch.start.useMutation({ onSuccess: ({ batchId }) => onStarted(batchId) });

  const prompts = parsePrompts(text);
  const side = Number(size);
  const params: BatchParams = {
    negativePrompt: null,
    width: side,
    height: side,
    steps: null,
    guidance: null,
    seed: null,
  };
  const [problem] = prompts.length === 0 ? [] : batchProblems(prompts, params);
  const capMicros = parseCap(cap);
  const expected = estimate.data?.reduce((sum, { micros }) => sum + micros * prompts.length, 0) ?? null;

  async function takeFile(file: File | undefined) {
    if (!file) return;
    if (file.size > FILE_MAX_BYTES)
      return setFileProblem(`${file.name} has more than 1 MB: a list of prompts is smaller.`);
    setFileProblem(null);
    setName(file.name);
    setText(await file.text());
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (capMicros !== null && prompts.length > 0 && !problem)
      start.mutate({ environment, name, prompts, params, capMicros });
  }

  return (
    <form noValidate className="flex flex-col gap-4" onSubmit={submit}>
      <Field
        label="Prompts, one a line"
        aside={`${formatCount(prompts.length)} of ${BATCH_PROMPTS_MAX}`}
        hint="Lines that begin with # are left out."
        error={problem ? `${problem.field} ${problem.rule}` : null}
      >
        {(control) => (
          <PromptArea {...control} rows={8} value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <Field label="Or a text file" error={fileProblem}>
        {(control) => (
          <Input
            {...control}
            type="file"
            accept=".txt,text/plain"
            className="py-1.5"
            onChange={(event) => void takeFile(event.target.files?.[0])}
          />
        )}
      </Field>
      <Segmented
        label="Size"
        options={SIZES.map((value) => ({ value, label: `${value} × ${value}` }))}
        value={size}
        onChange={setSize}
      />
      <Field
        label="Cap, in dollars"
        hint="A picture that could go over it is not asked for."
        error={capMicros === null ? "must be an amount above 0 such as 2.00" : null}
      >
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            autoComplete="off"
            value={cap}
            onChange={(event) => setCap(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-col gap-2">
        <Button
          type="submit"
          variant="primary"
          size="large"
          busy={start.isPending}
          disabled={prompts.length === 0 || problem !== undefined || capMicros === null}
        >
          <Icon icon={Play} />
          Run on both
        </Button>
        <p className="m-0 text-small text-ink-2">
          {estimate.error ? estimate.error.message : null}
          {expected === null || prompts.length === 0
            ? null
            : `Est. ${formatMoney(expected)} for ${formatCount(prompts.length * 2)} pictures. `}
          {expected !== null && capMicros !== null && expected > capMicros ? "It will stop before the end. " : null}
          {estimate.data
            ?.map(({ provider, micros, measuredOn }) => {
              const from = measuredOn === null ? "by the price book" : `measured on ${formatCount(measuredOn)}`;
              return `${PROVIDER_NAMES[provider]} ${formatMoney(micros)} a picture, ${from}.`;
            })
            .join(" ")}
        </p>
        {start.error ? (
          <p role="alert" className="m-0 text-small text-breach-text">
            Not started: {start.error.message}
          </p>
        ) : null}
      </div>
    </form>
  );
}
