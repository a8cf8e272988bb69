"use client";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { trpc } from "@/components/trpc/client";
import { Button, buttonClass } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { Skeleton } from "@/components/ui/skeleton";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { BATCH_STATE_WORDS } from "./batch-words";
import { BlindPanel } from "./blind-panel";
import { ContactSheet } from "./contact-sheet";
import { type Batch, useBatch } from "./use-batches";

const VIEWS = ["sheet", "blind"] as const;

export function BatchPanel({ batchId, mayGenerate }: { batchId: string; mayGenerate: boolean }) {
  const query = useBatch(batchId);
  const [view, setView] = useQueryState("view", parseAsStringLiteral(VIEWS).withDefault("sheet"));
  return (
    <QueryStates query={query} what="The batch" skeleton={<Skeleton className="h-160" />}>
      {(batch) => (
        <Panel
          title={batch.name}
          note={`${batch.words}, ${BATCH_STATE_WORDS[batch.state]}`}
          aside={<Steering batch={batch} mayGenerate={mayGenerate} />}
        >
          <Progress batch={batch} />
          <Tabs
            label="Result"
            value={view}
            onChange={(next) => void setView(next)}
            items={[
              { value: "sheet", label: "Contact sheet" },
              { value: "blind", label: "Blind comparison" },
            ]}
          >
            <TabPanel value={view} className="pt-4">
              {view === "sheet" ? <ContactSheet batch={batch} /> : <BlindPanel batchId={batch.id} />}
            </TabPanel>
          </Tabs>
        </Panel>
      )}
    </QueryStates>
  );
}

function Progress({ batch }: { batch: Batch }) {
  if (batch.endedAtMs !== null) return null;
  const total = batch.pairs.length * 2;
  const ended = total - batch.counts.waiting - batch.counts.running;
  return (
    <progress
      aria-label="Pictures that have ended"
      className="mb-3 block h-1.5 w-full appearance-none overflow-hidden rounded-full border-0 bg-sunken text-ink-1 [&::-moz-progress-bar]:bg-ink-1 [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-ink-1"
      max={total}
      value={ended}
    />
  );
}

const EXPORTS = [
  { format: "html", words: "Export sheet" },
  { format: "csv", words: "CSV" },
  { format: "json", words: "JSON" },
] as const;

function Steering({ batch, mayGenerate }: { batch: Batch; mayGenerate: boolean }) {
  const utils = trpc.useUtils();
  const steer = trpc.batch.steer.useMutation({ onSettled: () => utils.batch.invalidate() });
  const take = (step: "pause" | "resume" | "cancel") => steer.mutate({ batchId: batch.id, step });
  const isOpen = batch.endedAtMs === null && batch.state !== "cancelling";
  return (
    <div className="flex flex-wrap gap-2">
      {isOpen && mayGenerate ? (
        <>
          <Button
            size="small"
            busy={steer.isPending}
            onClick={() => take(batch.state === "paused" ? "resume" : "pause")}
          >
            {batch.state === "paused" ? "Resume" : "Pause"}
          </Button>
          <Button size="small" busy={steer.isPending} onClick={() => take("cancel")}>
            Cancel batch
          </Button>
        </>
      ) : null}
      {EXPORTS.map(({ format, words }) => (
        <a
          key={format}
          href={`/api/v1/batches/${batch.id}/export?format=${format}`}
          download
          className={buttonClass("secondary", "small")}
        >
          {words}
        </a>
      ))}
      {steer.error ? (
        <p role="alert" className="m-0 w-full text-small text-breach-text">
          {steer.error.message}
        </p>
      ) : null}
    </div>
  );
}
