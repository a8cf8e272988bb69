import type { FailureMode } from "@/server/domain/failure-modes";
import type { Overview } from "./tiles";

export interface FailureRow {
  mode: FailureMode;
  count: number;
  lastSeenMs: number;
}

/** Both providers' failures by mode, the commonest first. */
export function failureRows(overview: Overview): FailureRow[] {
  const rows = new Map<FailureMode, FailureRow>();
  for (const { failures } of overview.providers) {
    for (const { mode, count, lastSeenMs } of failures) {
      const row = rows.get(mode);
      rows.set(mode, {
        mode,
        count: (row?.count ?? 0) + count,
        lastSeenMs: Math.max(row?.lastSeenMs ?? 0, lastSeenMs),
      });
    }
  }
  return [...rows.values()].sort((a, b) => b.count - a.count || b.lastSeenMs - a.lastSeenMs);
}
