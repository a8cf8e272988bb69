"use client";
import { Play } from "lucide-react";
import Link from "next/link";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { hasOverlay } from "@/components/frame/single-keys";
import { trpc } from "@/components/trpc/client";
import { Button, buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Kbd } from "@/components/ui/kbd";
import { showFromTop } from "@/components/ui/show-from-top";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { OPERATION_WORDS } from "@/components/words";
import type { GenerationImage } from "@/server/domain/generation-view";
import { OPERATIONS, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { BeforeRun } from "./before-run";
import { COMPARE_MODES } from "./compare/compare-modes";
import { CompareToolbar } from "./compare/compare-toolbar";
import { CompareView } from "./compare/compare-view";
import { Estimate } from "./estimate";
import { FaultHints } from "./fault-hints";
import {
  EMPTY_FORM,
  type FieldErrors,
  type PlaygroundForm as Form,
  parseForm,
  RUN_ON,
  randomSeed,
  toErrors,
} from "./form-state";
import { IdlePanes } from "./idle-panes";
import { LastRuns } from "./last-runs";
import { PaneStrip } from "./pane-strip";
import { PlaygroundForm } from "./playground-form";
import { RunPane } from "./run-pane";
import { fetchSourceImage } from "./source-image";
import { useCompared } from "./use-compared";
import { useExpected } from "./use-expected";
import { useLastResult } from "./use-last-result";
import { usePrefill } from "./use-prefill";
import { useRuns } from "./use-runs";

export function PlaygroundView() {
  const environment = useEnvironment();
  const [operation, setOperation] = useQueryState("mode", parseAsStringLiteral(OPERATIONS).withDefault("txt2img"));
  const [runOn, setRunOn] = useQueryState("on", parseAsStringLiteral(RUN_ON).withDefault("both"));
  const [fromId, setFromId] = useQueryState("from", parseAsString);
  const [form, setForm] = useState<Form>(EMPTY_FORM);
  const [errors, setErrors] = useState<FieldErrors>({});
  const { runs, isStarting, start, retry } = useRuns();
  const { expected, lookAgain } = useExpected();
  const utils = trpc.useUtils();
  const fetched = trpc.generations.fetchPicture.useMutation();
  const [mode, setMode] = useQueryState("compare", parseAsStringLiteral(COMPARE_MODES).withDefault("side"));
  const pair = useCompared(runs);
  const lastResult = useLastResult();
  const cancels = useRef(new Map<string, () => void>());

  const change = useCallback((changes: Partial<Form>) => {
    setForm((current) => ({ ...current, ...changes }));
    // What was wrong with a field is forgotten when it is touched, not when it is right: the next run tells.
    setErrors((current) => Object.fromEntries(Object.entries(current).filter(([field]) => !(field in changes))));
  }, []);

  usePrefill(fromId, (prefill) => {
    void setFromId(null, { history: "replace" });
    void setOperation(prefill.operation, { history: "replace" });
    change(prefill.form);
  });

  const formElement = useRef<HTMLDivElement>(null);
  const results = useRef<HTMLDivElement>(null);
  /** To the first field that is wrong: on a phone it may be a screen away. Fields are marked once this has rendered. */
  function refuse(problems: FieldErrors) {
    setErrors(problems);
    if (Object.keys(problems).length > 0)
      requestAnimationFrame(() =>
        formElement.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-invalid]")?.focus(),
      );
  }

  async function run() {
    // Pressed twice, or held down: what was asked for is still on its way.
    if (isStarting) return;
    const seed = form.seedLocked && form.seed.trim() !== "" ? form.seed : randomSeed().toString();
    const parsed = parseForm({ ...form, seed }, operation, runOn);
    if (!parsed.ok) {
      refuse(parsed.errors);
      return;
    }
    setErrors({});
    if (operation !== "remove_background") setForm((current) => ({ ...current, seed }));
    const image = operation === "txt2img" ? null : form.image;
    const started = start({ environment: environment.name, params: parsed.params, image, runOn, expected });
    // One column: the results stand below the form, out of sight.
    requestAnimationFrame(() => showFromTop(results.current));
    const refusals = await started;
    refuse(toErrors(refusals.flatMap((refusal) => refusal.problems)));
  }

  async function takeAsSource(image: GenerationImage) {
    try {
      const name = `generated.${image.mimeType.replace("image/", "")}`;
      const source = await fetchSourceImage(image.url, name, fetched.mutateAsync);
      if (operation === "txt2img") void setOperation("img2img");
      if ("problem" in source) setErrors({ image: source.problem });
      else change({ image: source });
      // The button stands below the pictures; what it did stands above them on a phone.
      requestAnimationFrame(() => showFromTop(formElement.current));
    } catch (error) {
      setErrors({ image: `The picture could not be taken: ${error instanceof Error ? error.message : "unknown"}.` });
    }
  }

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (hasOverlay()) return;
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      if (!event.repeat) void run();
    }
    if (event.key === "Escape" && !event.defaultPrevented) for (const cancel of cancels.current.values()) cancel();
  });
  useEffect(() => {
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);

  const onCancelable = useCallback((key: string, cancel: (() => void) | null) => {
    if (cancel) cancels.current.set(key, cancel);
    else cancels.current.delete(key);
  }, []);
  const onEnded = useCallback(() => {
    void utils.generations.list.invalidate();
    lookAgain();
  }, [utils, lookAgain]);

  return (
    <>
      <PageHeader
        title="Playground"
        actions={
          <>
            <Link href={environment.hrefIn("/playground/batch")} className={buttonClass()}>
              Batch
            </Link>
            <Link href={environment.hrefIn("/playground/checklist")} className={buttonClass()}>
              Testing checklist
            </Link>
          </>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-[360px_minmax(0,1fr)]">
        <div
          ref={formElement}
          className="self-start rounded-card border border-line bg-surface px-4 pt-1 pb-4 md:px-5 md:pb-5"
        >
          <Tabs
            label="Mode"
            compact
            value={operation}
            onChange={(next) => void setOperation(next, { history: "push" })}
            items={OPERATIONS.map((value) => ({ value, label: OPERATION_WORDS[value] }))}
          >
            <TabPanel value={operation} tabIndex={-1}>
              <PlaygroundForm
                operation={operation}
                form={form}
                errors={errors}
                runOn={runOn}
                onChange={change}
                onError={(field, message) => setErrors((current) => ({ ...current, [field]: message }))}
                onRunOn={(next) => void setRunOn(next)}
                onSubmit={() => void run()}
                onLastResult={lastResult ? () => void takeAsSource(lastResult) : null}
              >
                <div className="flex flex-col gap-2">
                  <Button type="submit" variant="primary" size="large" busy={isStarting}>
                    <Icon icon={Play} />
                    Run
                    <span className="max-md:hidden">
                      <Kbd inverse>⌘ ↵</Kbd>
                    </span>
                  </Button>
                  <Estimate runOn={runOn} expected={expected} />
                  <BeforeRun form={form} operation={operation} runOn={runOn} />
                </div>
                {environment.isSandbox && operation !== "remove_background" ? (
                  <FaultHints onAdd={(tag) => change({ prompt: `${form.prompt} ${tag}`.trim() })} />
                ) : null}
              </PlaygroundForm>
            </TabPanel>
          </Tabs>
        </div>
        <div ref={results} className="min-w-0">
          {runs.length === 0 ? (
            <IdlePanes runOn={runOn} />
          ) : (
            <>
              {pair ? <CompareToolbar mode={mode} onMode={(next) => void setMode(next)} /> : null}
              {pair && mode !== "side" ? <CompareView mode={mode} left={pair[0]} right={pair[1]} /> : null}
              <PaneStrip
                panes={runs.map((current) => ({
                  key: current.key,
                  name: current.provider ? PROVIDER_NAMES[current.provider] : "As routed",
                  content: (
                    <RunPane
                      run={current}
                      picturesElsewhere={pair !== null && mode !== "side"}
                      onUseAsSource={(image) => void takeAsSource(image)}
                      onRetry={() => void retry(current)}
                      onEnded={onEnded}
                      onCancelable={onCancelable}
                    />
                  ),
                }))}
              />
            </>
          )}
          <LastRuns />
        </div>
      </div>
    </>
  );
}
