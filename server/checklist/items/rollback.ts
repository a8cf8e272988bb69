import { newestDrill } from "@/db/queries/gates";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { bucketOf } from "@/server/domain/split";
import { CANDIDATE, CONTROL, PROVIDER_IDS, PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { debugPoint } from "@/server/engine/debug-points";
import { AppError } from "@/server/errors";
import { checkProvider, failingReadiness } from "@/server/rollout/readiness";
import { currentRevision, type Revision } from "@/server/rollout/revision";
import { rollBack } from "@/server/rollout/roll-back";
import { restoreDrill, startDrill } from "../drill";
import { generationStep } from "../item-context";
import { type ItemContext, ItemFailure, type RunItem } from "../types";
import { pictureParams } from "./params";

/** The real verbs on the real rollout, for a few seconds, and back. */
export const runRollback: RunItem = async (context) => {
  const found = await requireReady(context);
  const up = await conflictFails(() => startDrill(context.deps, context.operator, context.run, found));
  let words: string;
  try {
    words = await drill(context, found, up);
  } finally {
    // Whose lease is lost leaves it to the successor, who has the record.
    if (context.signal.reason !== "lost") await putBack(context);
  }
  return { state: "passed", words };
};

async function requireReady({ deps, run }: ItemContext): Promise<Revision> {
  for (const id of PROVIDER_IDS) {
    const missing = deps.config.missingVariables(run.environment, id);
    if (missing.length > 0)
      throw new ItemFailure(`${PROVIDER_NAMES[id]} is not configured: ${missing.join(" and ")} missing`, "auth_failed");
  }
  const found = await currentRevision(deps.db, run.environment);
  if (found.held)
    throw new ItemFailure("the rollout is held since a rollback: resume it with a reason first; nothing was changed");
  await checkProvider(deps, run.environment, CONTROL);
  const problem = await failingReadiness(deps.db, run.environment, CONTROL);
  if (problem)
    throw new ItemFailure(`the way back is not ready: ${PROVIDER_NAMES[CONTROL]} ${problem}; nothing was changed`);
  return found;
}

async function drill(context: ItemContext, found: Revision, up: Revision): Promise<string> {
  const { deps, operator, run } = context;
  const isRaised = up.number !== found.number;
  await context.record({
    name: "share up",
    ok: true,
    words: isRaised
      ? `from ${found.candidateShareBp / 100}% to ${up.candidateShareBp / 100}% in revision ${up.number}`
      : `${up.candidateShareBp / 100}% is at ${PROVIDER_NAMES[CANDIDATE]} already, so it was not raised`,
    figures: { revision: up.number, shareBp: up.candidateShareBp },
  });
  const stickyKey = keyUnder(up, run.id);
  await routed(context, CANDIDATE, stickyKey);

  const pressedAtMs = Date.now();
  const startedMs = performance.now();
  const { revision } = await conflictFails(() =>
    rollBack(deps, operator, {
      environment: run.environment,
      reason: `rollback drill of checklist run ${run.id}`,
      pressedAtMs,
      drill: { runId: run.id, seenRevision: up.number },
    }),
  );
  const switchMs = Math.round(performance.now() - startedMs);
  await debugPoint("checklist.rolled_back");
  await context.record({
    name: "rolled back",
    ok: true,
    words: `committed ${switchMs} ms after the press, in revision ${revision.number}`,
    figures: { switchMs, revision: revision.number },
  });

  const after = await routed(context, CONTROL, stickyKey);
  const measured = await newestDrill(deps.db, run.environment);
  const late = measured?.revision === revision.number ? measured.late : null;
  const isInForce = after.revision >= revision.number;
  const words = `${late ?? "unknown"} late submissions; the next generation was decided under revision ${after.revision}`;
  await context.record({
    name: "nothing went to ComfyUI after it",
    ok: late === 0 && isInForce,
    words,
    figures: { acceptedAfterMs: after.createdAtMs - revision.createdAtMs, ...(late === null ? {} : { late }) },
  });
  if (late !== 0 || !isInForce) throw new ItemFailure(words);
  return `switched back in ${switchMs} ms, 0 late; the same caller's next picture came from ${PROVIDER_NAMES[CONTROL]}`;
}

/** One caller's request by the rollout's own decision. Throws ItemFailure unless the wanted provider made it. */
async function routed(context: ItemContext, wanted: ProviderId, stickyKey: string): Promise<GenerationDetail> {
  const detail = await context.generate(`on-${wanted}`, {
    params: pictureParams({ operation: "txt2img", prompt: "a lighthouse at dusk", width: 512, height: 512, seed: 13 }),
    provider: null,
    stickyKey,
  });
  const isThere = detail.provider === wanted && detail.receipt.rule === "bucket";
  await context.record({
    ...generationStep(`generation on ${PROVIDER_NAMES[wanted]}`, detail),
    ...(isThere
      ? {}
      : { ok: false, words: `went to ${PROVIDER_NAMES[detail.provider]} by rule ${detail.receipt.rule}` }),
  });
  if (!isThere)
    throw new ItemFailure(
      `the generation went to ${PROVIDER_NAMES[detail.provider]}, not to ${PROVIDER_NAMES[wanted]}`,
    );
  if (detail.state !== "succeeded") {
    const why = detail.attempts.at(-1)?.failureMessage ?? detail.failureMode ?? detail.state;
    throw new ItemFailure(`the generation on ${PROVIDER_NAMES[wanted]} ${detail.state}: ${why}`, detail.failureMode);
  }
  return detail;
}

async function putBack(context: ItemContext): Promise<void> {
  const restored = await restoreDrill(context.deps, context.operator, context.run);
  if (!restored) return;
  await context.record({
    name: "put back",
    ok: restored.kind !== "left",
    words: restored.words,
    figures: { revision: restored.revision.number, shareBp: restored.revision.candidateShareBp },
  });
  if (restored.kind === "left") throw new ItemFailure(`the drill did not stay alone: ${restored.words}`);
}

/** A caller whose bucket lies under the share. */
function keyUnder({ salt, candidateShareBp }: Revision, runId: string): string {
  for (let at = 0; ; at++) {
    const key = `checklist-${runId}-${at}`;
    if (bucketOf(salt, key) < candidateShareBp) return key;
  }
}

async function conflictFails<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (AppError.is(error) && error.code === "CONFLICT") throw new ItemFailure(error.message);
    throw error;
  }
}
