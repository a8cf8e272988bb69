"use client";
import { formatAge } from "@/components/format";
import { cn } from "@/components/ui/cn";
import { useNow } from "@/components/ui/use-now";

export const REFRESH_MS = 15_000;

/** "Live, updated 4 s ago"; twice the refresh without news, and it says that it is stale. Null: it is not renewed by itself. */
export function Freshness({ updatedAtMs, refreshMs }: { updatedAtMs: number; refreshMs: number | null }) {
  const nowMs = useNow(1_000);
  const stale = refreshMs !== null && nowMs !== null && nowMs - updatedAtMs > 2 * refreshMs + 2_000;
  const live = refreshMs === null ? "As of" : "Live, updated";
  return (
    <p data-state={stale ? "stale" : "ok"} className="m-0 flex items-center gap-2 text-small text-ink-2">
      <span
        aria-hidden="true"
        className={cn("size-1.5 rounded-full", stale ? "border-[1.5px] border-ink-2" : "bg-ink-1")}
      />
      {nowMs === null ? "Live" : `${stale ? "Stale, last update" : live} ${formatAge(updatedAtMs, nowMs)}`}
    </p>
  );
}
