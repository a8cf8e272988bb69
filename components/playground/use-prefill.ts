"use client";
import { useEffect, useEffectEvent } from "react";
import { trpc } from "@/components/trpc/client";
import type { GenerationDetail } from "@/server/domain/generation-view";
import type { Operation } from "@/server/domain/vocabulary";
import type { PlaygroundForm } from "./form-state";
import { sizeOf } from "./sizes";
import { fetchSourceImage } from "./source-image";

interface Prefill {
  operation: Operation;
  form: Partial<PlaygroundForm>;
}

/** The form of an earlier generation, for "Run again". Its source picture is left out when it is gone. */
export function usePrefill(id: string | null, apply: (prefill: Prefill) => void): void {
  const earlier = trpc.generations.get.useQuery({ id: id ?? "" }, { enabled: id !== null, retry: false });
  const { mutateAsync: viaServer } = trpc.generations.fetchPicture.useMutation();
  const detail = id === null ? undefined : earlier.data;
  const applied = useEffectEvent(apply);
  useEffect(() => {
    if (!detail) return;
    let current = true;
    void sourceOf(detail, viaServer).then((image) => {
      if (current) applied({ operation: detail.operation, form: { ...formOf(detail), image } });
    });
    return () => {
      current = false;
    };
  }, [detail, viaServer]);
}

function formOf({ params }: GenerationDetail): Partial<PlaygroundForm> {
  return {
    prompt: params.prompt ?? "",
    negativePrompt: params.negativePrompt ?? "",
    ...sizeOf(params.width, params.height),
    steps: params.steps?.toString() ?? "",
    guidance: params.guidance?.toString() ?? "",
    seed: params.seed?.toString() ?? "",
    seedLocked: params.seed !== null,
    ...(params.strength === null ? {} : { strength: params.strength }),
  };
}

async function sourceOf(
  { input }: GenerationDetail,
  viaServer: Parameters<typeof fetchSourceImage>[2],
): Promise<PlaygroundForm["image"]> {
  if (input === null) return null;
  try {
    const source = await fetchSourceImage(input.url, `source.${input.mimeType.replace("image/", "")}`, viaServer);
    return "problem" in source ? null : source;
  } catch {
    return null;
  }
}
