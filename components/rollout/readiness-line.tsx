"use client";
import { TriangleAlert } from "lucide-react";
import { ClockTime } from "@/components/ui/clock-time";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { LiveAge } from "@/components/ui/live-age";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { type RolloutStatus, useRolloutStatus } from "./use-rollout-status";

interface ReadinessLineProps {
  /** One short line without the cause, where there is little room. */
  short?: boolean;
  className?: string;
}

/** Whether the way back is open, as its last live check found it. It never blocks the button. */
export function ReadinessLine({ short = false, className }: ReadinessLineProps) {
  const query = useRolloutStatus();
  // Its line is kept for it, so that nothing moves when it comes.
  if (query.data === undefined)
    return (
      <p aria-hidden="true" className={cn("m-0 min-w-0 text-small", className)}>
        {"\u00a0"}
      </p>
    );
  const check = query.data.readiness.find((entry) => entry.provider === query.data?.control);
  if (!check || (query.data.missing[query.data.control] ?? []).length > 0) return null;
  const failing = check.checkedAtMs !== null && (!check.ok || check.stale);
  return (
    <p
      data-state={check.checkedAtMs === null ? "unknown" : failing ? "watch" : "ok"}
      title={check.checkedWhat ? `Checked by: ${check.checkedWhat}` : undefined}
      className={cn("m-0 min-w-0 text-small", failing ? "text-watch-text" : "text-ink-2", className)}
    >
      {failing ? <Icon icon={TriangleAlert} size={14} className="mr-1 inline align-[-2px]" /> : null}
      <Words status={query.data} check={check} short={short} loadedAtMs={query.dataUpdatedAt} />
    </p>
  );
}

interface WordsProps {
  status: RolloutStatus;
  check: RolloutStatus["readiness"][number];
  short: boolean;
  loadedAtMs: number;
}

function Words({ status, check, short, loadedAtMs }: WordsProps) {
  const name = PROVIDER_NAMES[status.control];
  if (check.checkedAtMs === null || check.ageMs === null) return `${name} was not checked yet`;
  // By the database's age and this clock, so that two clocks that differ do not show.
  const age = <LiveAge atMs={loadedAtMs - check.ageMs} />;
  if (check.stale)
    return short ? (
      <>Last check {age}</>
    ) : (
      <>
        {name} was last checked {age}: no instance checks it
      </>
    );
  if (check.ok)
    return short ? (
      <>Ready, checked {age}</>
    ) : (
      <>
        Ready, {name} checked {age}
      </>
    );
  const since = check.failingSinceMs === null ? null : <ClockTime atMs={check.failingSinceMs} />;
  return (
    <>
      Check failing since {since ?? age}
      {short || !check.problem ? null : `: ${check.problem.startsWith(name) ? "" : `${name} `}${check.problem}`}
    </>
  );
}
