"use client";
import Link from "next/link";
import { parseAsInteger, useQueryState } from "nuqs";
import { useState } from "react";
import { formatCount, formatDuration, formatRate } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { ActorName } from "@/components/rollout/actor-name";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { LiveAge } from "@/components/ui/live-age";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { REVISION_SOURCE_WORDS } from "@/components/words";
import { changeWords, overriddenTitles, successOf } from "./history-words";
import { ReasonForm } from "./reason-form";
import { type HistoryEntry, stopwatchWords } from "./stopwatch-words";

export const HISTORY_LIMIT = 20;
const REFRESH_MS = 15_000;

/** Every change of who serves: what, who, why, for how long, and what came of it. */
export function HistoryPanel({ mayOperate }: { mayOperate: boolean }) {
  const { name: environment } = useEnvironment();
  const [before, setBefore] = useQueryState("before", parseAsInteger.withOptions({ history: "push" }));
  const [explaining, setExplaining] = useState<HistoryEntry | null>(null);
  const beforeNumber = before !== null && before > 0 ? before : null;
  // One more than is shown: the change before the oldest row says what that row changed.
  const history = trpc.rollout.history.useQuery(
    { environment, beforeNumber, limit: HISTORY_LIMIT + 1 },
    { refetchInterval: REFRESH_MS, placeholderData: (previous) => previous },
  );
  return (
    <Panel
      title="History"
      note="Success is of callers' generations accepted while the revision was in force."
      refreshing={history.isPlaceholderData}
    >
      <QueryStates
        query={history}
        what="The history"
        isEmpty={(all) => all.length === 0}
        empty="No revision is older than that."
      >
        {(all) => (
          <ol className="m-0 list-none p-0">
            {all.slice(0, HISTORY_LIMIT).map((entry, index) => (
              <HistoryRow
                key={entry.number}
                entry={entry}
                previous={all[index + 1]}
                onExplain={mayOperate ? () => setExplaining(entry) : null}
              />
            ))}
          </ol>
        )}
      </QueryStates>
      <div className="mt-3 flex gap-2">
        {beforeNumber === null ? null : <Button onClick={() => void setBefore(null)}>Newest</Button>}
        {(history.data?.length ?? 0) > HISTORY_LIMIT ? (
          <Button onClick={() => void setBefore(history.data?.[HISTORY_LIMIT - 1]?.number ?? null)}>Older</Button>
        ) : null}
      </div>
      <Dialog
        open={explaining !== null}
        onOpenChange={(open) => {
          if (!open) setExplaining(null);
        }}
        title={`Reason for revision ${explaining?.number ?? ""}`}
        description="The reason may come later. The newest one given is shown."
      >
        {explaining ? (
          <ReasonForm environment={environment} revision={explaining.number} onDone={() => setExplaining(null)} />
        ) : null}
      </Dialog>
    </Panel>
  );
}

interface HistoryRowProps {
  entry: HistoryEntry;
  /** The change before it; undefined for the first one ever. */
  previous: HistoryEntry | undefined;
  /** Null: the visitor may not. */
  onExplain: (() => void) | null;
}

function HistoryRow({ entry, previous, onExplain }: HistoryRowProps) {
  const { hrefIn } = useEnvironment();
  const overridden = overriddenTitles(entry.details);
  return (
    <li
      data-revision={entry.number}
      className="grid gap-x-6 gap-y-1 border-t border-line py-3 first:border-t-0 md:grid-cols-[56px_minmax(0,3fr)_minmax(0,2fr)_minmax(0,2fr)]"
    >
      <p className="m-0 text-body text-ink-2 md:pt-px">
        <span className="md:sr-only">Revision </span>
        {entry.number}
      </p>
      <div className="min-w-0">
        <p className="m-0 text-body font-medium text-ink-1">{changeWords(entry, previous)}</p>
        {entry.reason ? (
          <p className="m-0 text-body break-words text-ink-2">{entry.reason}</p>
        ) : entry.details?.kind === "rollback" ? (
          <p className="m-0 flex flex-wrap items-center gap-x-3 text-body text-watch-text">
            Reason missing
            {onExplain ? (
              <Button size="small" onClick={onExplain} aria-label={`Add reason to revision ${entry.number}`}>
                Add reason
              </Button>
            ) : null}
          </p>
        ) : null}
        {overridden.length > 0 ? (
          <p className="m-0 text-small break-words text-watch-text">Overridden: {overridden.join("; ")}</p>
        ) : null}
      </div>
      <div className="min-w-0 text-small text-ink-2">
        <p className="m-0 break-words">
          {entry.source === "env" || entry.source === "initial" ? null : (
            <>
              by <ActorName actor={entry.actor} />{" "}
            </>
          )}
          {REVISION_SOURCE_WORDS[entry.source]}
        </p>
        <p className="m-0">
          <LocalTime atMs={entry.createdAtMs} />
          {entry.durationMs === null ? (
            <>
              , <LiveAge atMs={entry.createdAtMs} />, in force
            </>
          ) : (
            `, for ${formatDuration(entry.durationMs)}`
          )}
        </p>
      </div>
      <div className="min-w-0 text-small text-ink-2">
        <p className="m-0">
          {formatCount(entry.generations)} generations
          {successOf(entry) === null ? "" : `, success ${formatRate(successOf(entry))}`}
          {previous && successOf(previous) !== null ? ` (before ${formatRate(successOf(previous))})` : ""}
        </p>
        {entry.stopwatch ? <p className="m-0">{stopwatchWords(entry.stopwatch)}</p> : null}
        {entry.incidentId ? (
          <Link
            href={hrefIn(`/alerts/${entry.incidentId}`)}
            aria-label={`Incident of revision ${entry.number}`}
            className="inline-flex min-h-6 items-center text-ink-1 max-md:min-h-11"
          >
            Incident
          </Link>
        ) : null}
      </div>
    </li>
  );
}
