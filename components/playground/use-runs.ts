"use client";
import { useState } from "react";
import { trpc } from "@/components/trpc/client";
import { requestIdOf } from "@/components/ui/query-states";
import type { FieldRule, GenerationParams } from "@/server/domain/generation-request";
import type { ProviderId } from "@/server/domain/vocabulary";
import type { RunOn } from "./form-state";
import type { Expectation, Expected } from "./use-expected";

/** One pane's run. `provider` null: as routed. */
export interface Run {
  key: string;
  provider: ProviderId | null;
  startedAtMs: number;
  environment: string;
  params: GenerationParams;
  image: SourceFile | null;
  /** What it was expected to take and cost when it began, by whoever serves it. */
  expected: Record<ProviderId, Expectation | null>;
  id: string | null;
  refusal: Refusal | null;
}

export interface Refusal {
  message: string;
  requestId: string | null;
  problems: FieldRule[];
}

interface SourceFile {
  name: string;
  dataUrl: string;
}

interface StartInput {
  environment: string;
  params: GenerationParams;
  image: SourceFile | null;
  runOn: RunOn;
  expected: Expected;
}

/** Each submission goes in a request of its own: two pictures batched into one would pass the body's limit. */
const APART_MS = 25;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Panes run on their own: one that is refused leaves the other alone. */
export function useRuns() {
  const [runs, setRuns] = useState<Run[]>([]);
  /** Until every provider has said whether it takes it. */
  const [isStarting, setIsStarting] = useState(false);
  const submit = trpc.generations.submit.useMutation();

  const update = (key: string, changes: Partial<Run>) =>
    setRuns((current) => current.map((run) => (run.key === key ? { ...run, ...changes } : run)));

  async function send(run: Run): Promise<Refusal | null> {
    try {
      const { id } = await submit.mutateAsync({
        ...run.params,
        environment: run.environment,
        image: run.image?.dataUrl ?? null,
        provider: run.provider,
        // Pressed twice by a slow connection's retry, it is still one generation.
        idempotencyKey: run.key,
      });
      update(run.key, { id });
      return null;
    } catch (error) {
      const refusal = refusalOf(error);
      update(run.key, { refusal });
      return refusal;
    }
  }

  /** One that was refused is asked for again by itself: what the others made stays, and is not paid twice. */
  async function retry(run: Run): Promise<void> {
    update(run.key, { refusal: null, startedAtMs: Date.now() });
    await send(run);
  }

  async function start({ environment, params, image, runOn, expected }: StartInput): Promise<Refusal[]> {
    const providers: (ProviderId | null)[] =
      runOn === "both" ? ["scenario", "comfyui"] : runOn === "routed" ? [null] : [runOn];
    const started = providers.map(
      (provider): Run => ({
        key: crypto.randomUUID(),
        provider,
        startedAtMs: Date.now(),
        environment,
        params,
        image,
        expected: { scenario: expected("scenario"), comfyui: expected("comfyui") },
        id: null,
        refusal: null,
      }),
    );
    setRuns(started);
    setIsStarting(true);
    const sent: Promise<Refusal | null>[] = [];
    for (const run of started) {
      // Counted from the one before: two timers set together can ring together when the browser is busy.
      if (sent.length > 0) await pause(APART_MS);
      sent.push(send(run));
    }
    const outcomes = await Promise.all(sent);
    setIsStarting(false);
    return outcomes.filter((outcome) => outcome !== null);
  }

  return { runs, isStarting, start, retry };
}

function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : "The request failed.";
  const data = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
  const problems =
    typeof data === "object" && data !== null && "problems" in data && Array.isArray(data.problems)
      ? data.problems.filter(isFieldRule)
      : [];
  return { message, requestId: requestIdOf({ data }), problems };
}

function isFieldRule(value: unknown): value is FieldRule {
  return typeof value === "object" && value !== null && "field" in value && "rule" in value;
}
