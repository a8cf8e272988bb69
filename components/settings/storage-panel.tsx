"use client";
import { type ReactNode, useState } from "react";
import { formatBytes, formatCount, formatDuration } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";
import { type RouterOutputs, trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import type { FindingLevel } from "@/server/domain/warning";
import { KeepDialog } from "./keep-dialog";
import { StorageCheckList } from "./storage-check-list";

type StorageStatus = RouterOutputs["storage"]["status"];
const REFRESH_MS = 15_000;

/** Where pictures lie, what waits for R2, how long they are kept, and whether the stores work. */
export function StoragePanel() {
  const { name: environment } = useEnvironment();
  const query = trpc.storage.status.useQuery({ environment }, { refetchInterval: REFRESH_MS });
  const utils = trpc.useUtils();
  const check = trpc.storage.check.useMutation({ onSettled: () => utils.storage.invalidate() });
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  const [keeping, setKeeping] = useState(false);
  return (
    <QueryStates query={query} what="The storage">
      {(status) => (
        <div className="flex flex-col gap-4">
          <Panel
            title="Pictures"
            note={status.bucket === null ? "They go to the disk." : "They go to R2, with the disk as its spool."}
            aside={
              mayOperate ? (
                <Button size="small" onClick={() => setKeeping(true)}>
                  Change how long…
                </Button>
              ) : null
            }
          >
            <Trouble status={status} />
            <Facts
              facts={[
                status.bucket === null ? null : { name: "Bucket", value: status.bucket, mono: true },
                { name: "Data folder", value: status.dataDir, mono: true },
                { name: "Room on the disk", value: formatBytes(status.freeBytes) },
                status.spool === null ? null : { name: "Spool", value: spoolWords(status.spool) },
                { name: "Kept", value: status.keepDays === null ? "for good" : `${status.keepDays} days` },
              ]}
            />
          </Panel>
          <Panel
            title="Check"
            note={
              status.lastCheck === null ? (
                "Not tried yet in this environment."
              ) : (
                <>
                  <LocalTime atMs={status.lastCheck.atMs} />, by {status.lastCheck.checkedBy}
                </>
              )
            }
            aside={
              mayOperate ? (
                <Button size="small" busy={check.isPending} onClick={() => check.mutate({ environment })}>
                  Check now
                </Button>
              ) : null
            }
          >
            {check.error ? (
              <p role="alert" className="m-0 mb-3 text-body text-breach-text">
                Not tried: {check.error.message}
              </p>
            ) : null}
            {status.lastCheck === null ? (
              <p className="m-0 text-body text-ink-2">
                A check puts one small picture into every store, reads it back, opens it by its signed address, and
                deletes it.
              </p>
            ) : (
              <div className="flex flex-col gap-4">
                {status.lastCheck.stores.map((store) => (
                  <StorageCheckList key={store.store} check={store} />
                ))}
              </div>
            )}
          </Panel>
          {keeping ? (
            <KeepDialog environment={environment} days={status.keepDays} open onOpenChange={setKeeping} />
          ) : null}
        </div>
      )}
    </QueryStates>
  );
}

/** What is being warned of, else what is wrong at this moment. */
function Trouble({ status: { warnings, roomProblem, r2Problem } }: { status: StorageStatus }) {
  if (warnings.length > 0)
    return warnings.map(({ id, level, title, says, todo }) => (
      <Note key={id} level={level}>
        <strong className="font-medium">{title}.</strong> {says} {todo}
      </Note>
    ));
  if (roomProblem) return <Note level="breach">Nothing new is accepted: {roomProblem}.</Note>;
  if (r2Problem) return <Note level="watch">R2 is left alone for a moment: {r2Problem}.</Note>;
  return null;
}

function Note({ level, children }: { level: FindingLevel; children: ReactNode }) {
  return (
    <p
      role="status"
      className={cn(
        "m-0 mb-3 rounded-control p-3 text-body wrap-anywhere",
        level === "breach" ? "bg-breach-bg text-breach-text" : "bg-watch-bg text-watch-text",
      )}
    >
      {children}
    </p>
  );
}

function spoolWords(spool: NonNullable<StorageStatus["spool"]>): string {
  if (spool.length === 0) return "empty: every picture is in R2";
  const pictures = spool.reduce((sum, depth) => sum + depth.pictures, 0);
  const sizeBytes = spool.reduce((sum, depth) => sum + depth.sizeBytes, 0);
  const oldestMs = Math.max(...spool.map((depth) => depth.oldestAgeMs));
  const disks = spool.length === 1 ? "" : ` on ${spool.length} disks`;
  const wait = pictures === 1 ? "1 picture waits" : `${formatCount(pictures)} pictures wait`;
  return `${wait} for R2${disks} (${formatBytes(sizeBytes)}), the oldest for ${formatDuration(oldestMs)}`;
}
