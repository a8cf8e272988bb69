import { createHash } from "node:crypto";
import { type ChecklistRunRow, updateHeldResult } from "@/db/queries/checklist";
import { storedPlace } from "@/db/queries/stored-images";
import { checklistActor } from "@/server/domain/actor-words";
import type { ChecklistItem, EvidenceImage, EvidenceStep } from "@/server/domain/checklist";
import { FAILURE_MODE_INFO } from "@/server/domain/failure-modes";
import type { ChecklistPolicy } from "@/server/domain/gates-policy";
import type { GenerationDetail, GenerationImage } from "@/server/domain/generation-view";
import { isTerminal, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { Principal } from "@/server/gateway/types";
import { type ChecklistDeps, type ItemContext, ItemFailure } from "./types";

/** A generation ends at its deadline; one that has not by then has no worker. */
const GRACE_MS = 30_000;

export function createItemContext(
  deps: ChecklistDeps,
  run: ChecklistRunRow,
  item: ChecklistItem,
  policy: ChecklistPolicy,
  signal: AbortSignal,
): ItemContext {
  const steps: EvidenceStep[] = [];
  let written: Promise<unknown> = Promise.resolve();
  const name = checklistActor(run);
  const principal: Principal = {
    // Of the run: a process that goes on with it meets the same idempotency keys.
    scope: `checklist:${run.id}`,
    name,
    kind: "local",
    role: "operator",
    scopes: [],
    environment: run.environment,
  };
  return {
    deps,
    run,
    policy,
    principal,
    operator: { principal, via: run.via === "initial" ? "automation" : run.via, requestId: null },
    signal,

    async record(step) {
      steps.push(step);
      // One after the other: an older list must not be written over a newer one.
      written = written.then(() => updateHeldResult(deps.db, run, item, { steps }));
      await written;
    },

    async generate(name, change) {
      signal.throwIfAborted();
      const { id } = await deps.gateway.submit({
        principal,
        environment: run.environment,
        source: "checklist",
        image: null,
        provider: run.provider,
        stickyKey: null,
        idempotencyKey: `${item}/${name}`,
        fallback: false,
        deadlineMs: null,
        ...change,
      });
      return await ended(deps, principal, id, signal);
    },

    async pictureOf(detail) {
      const [picture] = detail.images;
      if (!picture) throw new ItemFailure(`generation ${detail.id} has no picture`, detail.failureMode);
      const object = await storedPlace(deps.db, picture.sha256);
      if (!object || object.expiredAtMs !== null)
        throw new ItemFailure("the picture is not stored any more", "storage_failed");
      const bytes = await deps.images.read(object);
      if (createHash("sha256").update(bytes).digest("hex") !== picture.sha256)
        throw new ItemFailure("the store gives back other bytes than were stored", "storage_failed");
      return { bytes, image: evidenceImage(picture, "output") };
    },
  };
}

async function ended(
  deps: ChecklistDeps,
  principal: Principal,
  id: string,
  signal: AbortSignal,
): Promise<GenerationDetail> {
  const watching = new AbortController();
  const leave = () => watching.abort();
  signal.addEventListener("abort", leave, { once: true });
  let timer: NodeJS.Timeout | null = null;
  let last: GenerationDetail | null = null;
  try {
    for await (const detail of deps.gateway.watch(principal, id, watching.signal)) {
      last = detail;
      timer ??= setTimeout(leave, detail.deadlineAtMs - detail.createdAtMs + GRACE_MS);
    }
  } finally {
    if (timer) clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
  if (signal.aborted) {
    // The bill must not grow for a checklist that nobody waits for; a lost lease's successor wants it, though.
    if (signal.reason === "cancelled") await deps.gateway.cancel(principal, id);
    signal.throwIfAborted();
  }
  if (!last || !isTerminal(last.state)) throw new ItemFailure(`no worker has ended generation ${id}`, "timeout");
  return last;
}

export function evidenceImage(image: GenerationImage, role: EvidenceImage["role"]): EvidenceImage {
  const { sha256, mimeType, width, height, sizeBytes, location } = image;
  return { role, sha256, mimeType, width, height, sizeBytes, location };
}

/** What is worth keeping of a generation, whatever it is evidence of. */
export function generationStep(name: string, detail: GenerationDetail): EvidenceStep {
  const { state, failureMode, provider } = detail;
  const message = detail.attempts.at(-1)?.failureMessage;
  const words =
    state === "succeeded" ? `${PROVIDER_NAMES[provider]} made it` : `${state}${message ? `: ${message}` : ""}`;
  const known: [string, number | string | null][] = [
    ["provider", provider],
    ["latencyMs", detail.latencyMs],
    ["delayMs", detail.delayMs],
    ["executionMs", detail.executionMs],
    ["storeMs", detail.storeMs],
    ["costMicros", detail.costMicros],
    ["coldClass", detail.coldClass],
    ["revision", detail.revision],
  ];
  const images = [
    ...(detail.input ? [evidenceImage(detail.input, "input")] : []),
    ...detail.images.map((image) => evidenceImage(image, "output")),
  ];
  return {
    name,
    ok: state === "succeeded",
    words,
    generationId: detail.id,
    ...(failureMode ? { failureMode, mitigation: FAILURE_MODE_INFO[failureMode].mitigation } : {}),
    figures: Object.fromEntries(known.filter((entry): entry is [string, number | string] => entry[1] !== null)),
    ...(images.length > 0 ? { images } : {}),
  };
}

/** Throws ItemFailure with the generation's own failure unless it succeeded. */
export function requireSucceeded(detail: GenerationDetail): void {
  if (detail.state === "succeeded") return;
  const attempt = detail.attempts.at(-1);
  const why = attempt?.failureMessage ?? detail.failureMode ?? detail.state;
  throw new ItemFailure(`the generation ${detail.state}: ${why}`, detail.failureMode);
}
