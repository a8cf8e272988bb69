"use client";
import { Play, Square } from "lucide-react";
import { useEnvironment } from "@/components/frame/environment";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { useNow } from "@/components/ui/use-now";
import { useSampleTraffic } from "./use-sample-traffic";

const TICK_MS = 1_000;

/**
 * In the sandbox: starts a few minutes of applications' requests, says how far they are, and ends them. Not `offered`:
 * only what is under way is shown, as where the page begins with the offer itself.
 */
export function SampleTraffic({ offered }: { offered: boolean }) {
  const { name, isSandbox } = useEnvironment();
  const traffic = useSampleTraffic(name, isSandbox);
  if (!isSandbox || !traffic.isKnown || !(offered || traffic.run)) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {traffic.run ? (
        <>
          <Progress run={traffic.run} />
          <Button size="small" busy={traffic.isBusy} onClick={traffic.stop}>
            <Icon icon={Square} />
            Stop
          </Button>
        </>
      ) : (
        <Button variant="ghost" busy={traffic.isBusy} onClick={traffic.start}>
          <Icon icon={Play} />
          Send sample traffic
        </Button>
      )}
      {traffic.error ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          {traffic.error.message}
        </p>
      ) : null}
    </div>
  );
}

function Progress({ run }: { run: NonNullable<ReturnType<typeof useSampleTraffic>["run"]> }) {
  const nowMs = useNow(TICK_MS);
  const leftS = nowMs === null ? null : Math.max(0, Math.round((run.endsAtMs - nowMs) / 1_000));
  return (
    <p className="m-0 tabular-nums text-small text-ink-2">
      Sample traffic: {run.sent} of about {run.expected} sent
      {leftS === null ? null : `, ${leftS >= 90 ? `${Math.round(leftS / 60)} min` : `${leftS} s`} left`}
      {run.refused > 0 ? (
        <span className="text-breach-text">{` · ${run.refused} refused: ${run.lastRefusal ?? "no reason given"}`}</span>
      ) : null}
    </p>
  );
}
