"use client";
import { imageAlt } from "@/components/generations/image-view";
import { trpc } from "@/components/trpc/client";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { Compared } from "./compare/compare-modes";
import type { Run } from "./use-runs";

/** The two pictures of two runs, once both are there. The panes keep what is read here fresh. */
export function useCompared(runs: readonly Run[]): [Compared, Compared] | null {
  const queries = trpc.useQueries((t) =>
    runs.map(({ id }) => t.generations.get({ id: id ?? "" }, { enabled: id !== null })),
  );
  const [left, right] = queries.map(({ data }): Compared | null => {
    const image = data?.state === "succeeded" ? data.images[0] : undefined;
    if (!data || !image) return null;
    return { name: PROVIDER_NAMES[data.provider], image, alt: imageAlt(data.prompt, 0, 1) };
  });
  return runs.length === 2 && left && right ? [left, right] : null;
}
