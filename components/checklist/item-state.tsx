"use client";
import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  Clock,
  Hand,
  LoaderCircle,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from "lucide-react";
import { formatDuration } from "@/components/format";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { useNow } from "@/components/ui/use-now";
import type { ChecklistState } from "@/server/domain/checklist";
import type { ChecklistEntry } from "./use-checklist";

const LOOKS: Record<ChecklistState, { word: string; icon: LucideIcon; className?: string }> = {
  waiting: { word: "Waiting", icon: Clock },
  running: { word: "Running", icon: LoaderCircle },
  passed: { word: "Passed", icon: CircleCheck, className: "text-ink-1" },
  failed: { word: "Failed", icon: OctagonAlert, className: "text-breach-text" },
  skipped: { word: "Skipped", icon: CircleSlash, className: "text-ink-1" },
  cancelled: { word: "Cancelled", icon: CircleSlash },
  interrupted: { word: "Interrupted", icon: TriangleAlert, className: "text-watch-text" },
  by_hand: { word: "By hand", icon: Hand, className: "text-ink-1" },
};

function look({ state, expired }: Pick<ChecklistEntry, "state" | "expired">) {
  if (state === null) return { word: "Not run", icon: CircleDashed };
  const isAtRest = state !== "waiting" && state !== "running";
  if (isAtRest && expired !== null) return { word: "Expired", icon: TriangleAlert, className: "text-watch-text" };
  return LOOKS[state];
}

/** Icon and word; while it runs, for how long. */
export function ItemState({ entry }: { entry: ChecklistEntry }) {
  const { word, icon, className } = look(entry);
  const isRunning = entry.state === "running";
  return (
    <span className={cn("inline-flex h-6 items-center gap-1.5 text-small whitespace-nowrap text-ink-2", className)}>
      <Icon icon={icon} className={isRunning ? "motion-safe:animate-spin" : undefined} />
      {word}
      {isRunning && entry.startedAtMs !== null ? <Elapsed sinceMs={entry.startedAtMs} /> : null}
    </span>
  );
}

function Elapsed({ sinceMs }: { sinceMs: number }) {
  const nowMs = useNow(1_000);
  return nowMs === null ? null : <span className="tabular-nums">{formatDuration(nowMs - sinceMs)}</span>;
}
