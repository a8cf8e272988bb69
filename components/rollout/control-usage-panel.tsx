"use client";
import { useState } from "react";
import { formatCount, formatCountFull } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { LiveAge } from "@/components/ui/live-age";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";

type Usage = RouterOutputs["rollout"]["controlUsage"][number];

const DAYS = 14;
const DAY_MS = 86_400_000;
const NAME = PROVIDER_NAMES[CONTROL];

const REASON_WORDS: Record<Usage["reason"], string> = {
  routed: "by the split",
  fallback: "as fallback",
  forced: "named it",
  readiness: "live check",
  drill: "after a rollback",
};

/** What still uses the provider that is left: until this is empty, its credentials stay. */
export function ControlUsagePanel() {
  const { name: environment } = useEnvironment();
  const [toMs] = useState(() => Date.now());
  const usage = trpc.rollout.controlUsage.useQuery({ environment, fromMs: toMs - DAYS * DAY_MS, toMs });
  return (
    <Panel title={`What still uses ${NAME}`} note={`the last ${DAYS} days, newest use first`}>
      <QueryStates
        query={usage}
        what={`The uses of ${NAME}`}
        isEmpty={(all) => all.length === 0}
        empty={`Nothing has used ${NAME} in the last ${DAYS} days.`}
      >
        {(all) => (
          <ul className="m-0 list-none p-0">
            {all.map((use) => (
              <li
                key={`${use.caller} ${use.reason}`}
                className="flex flex-wrap justify-between gap-x-4 border-t border-line py-2 text-body first:border-t-0"
              >
                <span className="min-w-0 break-all text-ink-1">{use.caller}</span>
                <span className="text-ink-2">
                  {REASON_WORDS[use.reason]}, <span title={formatCountFull(use.count)}>{formatCount(use.count)}</span>{" "}
                  times, last <LiveAge atMs={use.lastUsedAtMs} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </QueryStates>
    </Panel>
  );
}
