"use client";
import { keepPreviousData } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { generationParamsSchema } from "@/server/domain/generation-request";
import { type Operation, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { type PlaygroundForm, providersOf, type RunOn, readForm } from "./form-state";

interface BeforeRunProps {
  form: PlaygroundForm;
  operation: Operation;
  runOn: RunOn;
}

/** What a provider could not honour, said before anything is spent on it. */
export function BeforeRun({ form, operation, runOn }: BeforeRunProps) {
  const { name } = useEnvironment();
  // The prompt's words change nothing here, and need not be asked about at every key.
  const parsed = generationParamsSchema.safeParse({ ...readForm(form, operation), prompt: null });
  const params = useDeferredValue(parsed.success ? parsed.data : null);
  const preview = trpc.providers.preview.useQuery(
    { ...generationParamsSchema.parse({ operation }), ...params, operation, environment: name },
    { placeholderData: keepPreviousData, staleTime: 60_000 },
  );
  const asked = providersOf(runOn);
  const lines = (preview.data ?? [])
    .filter(({ provider }) => asked.includes(provider))
    .flatMap(({ provider, unavailable, leavesOut }) =>
      [...(unavailable ? [unavailable] : []), ...leavesOut].map((words) => `${PROVIDER_NAMES[provider]}: ${words}.`),
    );
  if (lines.length === 0) return null;
  return (
    <ul
      aria-label="Before it runs"
      className="m-0 flex list-none flex-col gap-1 rounded-control bg-watch-bg p-3 text-small text-watch-text"
    >
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
