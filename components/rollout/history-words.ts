import { formatShareBp } from "@/components/format";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { HistoryEntry } from "./stopwatch-words";

const ENOUGH = 20;
const NAME = PROVIDER_NAMES[CANDIDATE];

type Change = Pick<HistoryEntry, "candidateShareBp" | "phase" | "held" | "details">;

/** What a revision changed against the one before it. */
export function changeWords(entry: Change, previous: Change | undefined): string {
  const to = `${formatShareBp(entry.candidateShareBp)} ${NAME}`;
  if (!previous) return to;
  if (entry.details?.kind === "resume") return `Resumed at ${to}`;
  const from = formatShareBp(previous.candidateShareBp);
  const moved = entry.candidateShareBp === previous.candidateShareBp ? to : `${from} → ${to}`;
  if (entry.details?.kind === "rollback") return `Rolled back, ${moved}`;
  if (entry.details?.kind === "undo") return `Rollback undone, ${moved}`;
  return entry.phase === previous.phase ? moved : `${moved}, ${entry.phase}`;
}

/** Share of ended generations that succeeded; null where there are too few to say. */
export function successOf({ succeeded, failed }: Pick<HistoryEntry, "succeeded" | "failed">): number | null {
  const ended = succeeded + failed;
  return ended < ENOUGH ? null : succeeded / ended;
}

/** The red gates that somebody went past by writing `override`. */
export function overriddenTitles(details: Record<string, unknown> | null): string[] {
  const list = details?.overridden;
  if (!Array.isArray(list)) return [];
  return list.flatMap((gate: unknown) =>
    typeof gate === "object" && gate !== null && "title" in gate && typeof gate.title === "string" ? [gate.title] : [],
  );
}
