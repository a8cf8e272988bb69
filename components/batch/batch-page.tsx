"use client";
import { parseAsString, useQueryState } from "nuqs";
import { useRef } from "react";
import { PageHeader } from "@/components/frame/page-header";
import { trpc } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { showFromTop } from "@/components/ui/show-from-top";
import { BatchForm } from "./batch-form";
import { BatchList } from "./batch-list";
import { BatchPanel } from "./batch-panel";
import { useBatchList } from "./use-batches";

/** The plan's test generations: a list of prompts on both providers, and which pictures people like better. */
export function BatchPage() {
  const list = useBatchList();
  const [chosen, setChosen] = useQueryState("batch", parseAsString.withOptions({ history: "push" }));
  const utils = trpc.useUtils();
  const batches = list.data?.batches ?? [];
  const selected = chosen ?? batches[0]?.id ?? null;
  const mayGenerate = list.data?.mayGenerate ?? false;
  const shown = useRef<HTMLDivElement>(null);
  function choose(id: string) {
    void setChosen(id);
    // One column: the batch stands below form and list, out of sight.
    requestAnimationFrame(() => showFromTop(shown.current));
  }
  return (
    <>
      <PageHeader title="Batch" />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[360px_minmax(0,1fr)] xl:gap-6">
        <div className="flex min-w-0 flex-col gap-4 xl:gap-6">
          {mayGenerate ? (
            <Panel title="New batch" note="Each prompt is made by Scenario and by ComfyUI.">
              <BatchForm
                onStarted={(batchId) => {
                  choose(batchId);
                  void utils.batch.list.invalidate();
                }}
              />
            </Panel>
          ) : null}
          <Panel title="Batches">
            <QueryStates
              query={list}
              what="The batches"
              empty="No batch was made here yet."
              isEmpty={(data) => data.batches.length === 0}
            >
              {(data) => <BatchList batches={data.batches} selected={selected} onSelect={choose} />}
            </QueryStates>
          </Panel>
        </div>
        <div ref={shown} className="min-w-0">
          {selected ? (
            <BatchPanel key={selected} batchId={selected} mayGenerate={mayGenerate} />
          ) : (
            <Panel title="Contact sheet">
              <EmptyState>The pictures of a batch stand here, both providers side by side.</EmptyState>
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}
