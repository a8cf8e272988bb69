import {
  type ChecklistResultRow,
  type ChecklistRunRow,
  renewRun,
  resultsOfRun,
  updateHeldResult,
  updateHeldRun,
} from "@/db/queries/checklist";
import { type ChecklistItem, isOpenState } from "@/server/domain/checklist";
import { AppError } from "@/server/errors";
import { readPolicy } from "@/server/rollout/gates/read-policy";
import { restoreDrill } from "./drill";
import { evidenceHash } from "./evidence-hash";
import { createItemContext } from "./item-context";
import { RUN_ITEM } from "./items";
import { type ChecklistDeps, ItemFailure, type ItemOutcome } from "./types";

const RENEW_EVERY_MS = 3_000;

/**
 * Runs what a claimed run still has to do, in order; a failing item stops nothing. What a dead process had begun is
 * begun again, with the generations that it had made; a rollback drill is not: it is put back and called interrupted.
 * Ends early when the run is cancelled, when its lease is lost, or when the process stops.
 */
export async function executeRun(deps: ChecklistDeps, run: ChecklistRunRow, stopping: AbortSignal): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const stop = () => ending.abort("stopping");
  stopping.addEventListener("abort", stop, { once: true });
  if (stopping.aborted) stop();
  const beat = keepLease(deps, run, ending);
  try {
    await goOn(deps, run, signal);
  } finally {
    clearInterval(beat);
    stopping.removeEventListener("abort", stop);
  }
  if (signal.reason === "lost") return;
  if (signal.reason === "stopping") await updateHeldRun(deps.db, run, { owner: null, leaseUntil: null });
  else await updateHeldRun(deps.db, run, { ended: true });
}

function keepLease(deps: ChecklistDeps, run: ChecklistRunRow, ending: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    renewRun(deps.db, run).then(
      (held) => {
        if (held === null) ending.abort("lost");
        else if (held.cancelRequestedBy !== null) ending.abort("cancelled");
      },
      // Every write is under the fence: a database that is away for a moment only delays the notice.
      (error: unknown) => deps.log.warn("checklist: the lease could not be renewed", { runId: run.id, error }),
    );
  }, RENEW_EVERY_MS);
}

async function goOn(deps: ChecklistDeps, run: ChecklistRunRow, signal: AbortSignal): Promise<void> {
  const results = await resultsOfRun(deps.db, run.id);
  const open = run.items
    .map((item) => results.find((result) => result.item === item))
    .filter((result): result is ChecklistResultRow => result !== undefined && isOpenState(result.state));
  const { checklist: policy } = await readPolicy(deps.db, run.environment);
  for (const { item, state } of open) {
    const context = createItemContext(deps, run, item, policy, signal);
    if (state === "running" && item === "rollback") {
      const restored = await restoreDrill(deps, context.operator, run);
      const what = restored?.words ?? "nothing was left to be put back";
      await end(deps, run, item, "interrupted", `the process that ran it is gone; ${what}`, null);
      continue;
    }
    if (run.cancelRequestedBy !== null || signal.aborted) {
      if (signal.reason === "lost" || signal.reason === "stopping") return;
      await end(deps, run, item, "cancelled", "cancelled before it was run", null);
      continue;
    }
    await updateHeldResult(deps.db, run, item, { state: "running", steps: [], started: true });
    const outcome = await judge(item, context);
    if (outcome === null && signal.reason !== "cancelled") return;
    if (outcome === null) await end(deps, run, item, "cancelled", "cancelled while it ran", null);
    else
      await end(deps, run, item, outcome.state, outcome.words, "failureMode" in outcome ? outcome.failureMode : null);
  }
}

/** Null: it was ended from outside. */
async function judge(item: ChecklistItem, context: ReturnType<typeof createItemContext>): Promise<ItemOutcome | null> {
  try {
    return await RUN_ITEM[item](context);
  } catch (error) {
    if (context.signal.aborted) return null;
    if (ItemFailure.is(error)) return { state: "failed", words: error.message, failureMode: error.failureMode };
    if (AppError.is(error)) return { state: "failed", words: error.message, failureMode: null };
    context.deps.log.error("checklist: an item broke", { item, runId: context.run.id, error });
    // Anything that we did not name may hold SQL or a path.
    return { state: "failed", words: "it broke unexpectedly; the log says why", failureMode: "unknown" };
  }
}

async function end(
  deps: ChecklistDeps,
  run: ChecklistRunRow,
  item: ChecklistItem,
  state: ChecklistResultRow["state"],
  words: string,
  failureMode: ChecklistResultRow["failureMode"],
): Promise<void> {
  const result = (await resultsOfRun(deps.db, run.id)).find((row) => row.item === item);
  const steps = result?.steps ?? [];
  const evidenceSha256 = evidenceHash({ item, state, words, failureMode, steps });
  await updateHeldResult(deps.db, run, item, { state, words, failureMode, evidenceSha256, ended: true });
}
