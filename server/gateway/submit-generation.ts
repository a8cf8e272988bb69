import { createHash, randomInt } from "node:crypto";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { Config } from "@/server/config";
import { decide } from "@/server/domain/decision";
import { type FieldRule, limitProblems, operationProblems } from "@/server/domain/generation-request";
import { CONTROL, PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import { unavailability } from "@/server/engine/context";
import type { EngineDeps } from "@/server/engine/types";
import { AppError } from "@/server/errors";
import type { Acceptor } from "./accept";
import type { StoredInput, SubmitInput } from "./types";

export interface SubmitDeps {
  config: Config;
  provider: EngineDeps["provider"];
  acceptor: Acceptor;
  storeInput(bytes: Uint8Array): Promise<StoredInput>;
  /** Why no picture could be kept now; null while one could. */
  roomProblem(): Promise<string | null>;
  /** Generations waiting in the queue. */
  queued(): number;
  wake(what: "queued"): void;
}

const KEY_MAX = 255;
/** RunPod refuses shorter policies, and no job ends sooner. */
const DEADLINE_MIN_MS = 5_000;
const DEADLINE_MAX_MS = 3_600_000;
const SEED_MAX = 2_147_483_647;

/** Accepts a generation; see Gateway.submit for what it throws. */
export async function submitGeneration(
  deps: SubmitDeps,
  input: SubmitInput,
): Promise<{ id: string; created: boolean }> {
  requireScope(input.principal, "generate");
  requireEnvironment(input.principal, input.environment);
  if (input.provider !== null) requireScope(input.principal, "choose_provider");
  if (!deps.config.environments.includes(input.environment)) {
    throw invalid([
      { field: "environment", rule: `must be one of ${deps.config.environments.join(", ")}, not ${input.environment}` },
    ]);
  }
  const unavailable = unavailability(deps, input.environment, input.params.operation);
  const problems = [...operationProblems(input.params, input.image !== null), ...formProblems(input)];
  const mayServe = input.provider ? [input.provider] : PROVIDER_IDS.filter((id) => unavailable[id] === null);
  for (const id of mayServe) problems.push(...limitProblems(input.params, id));
  if (problems.length > 0) throw invalid(withoutRepeats(problems));
  refuseUnserved(deps, input, unavailable);

  const waiting = deps.queued();
  if (waiting >= deps.config.maxQueued) {
    throw new AppError("OVERLOADED", `${waiting} generations wait already (MAX_QUEUED): try again later`, {
      retryAfterS: 10,
    });
  }

  const noRoom = await deps.roomProblem();
  if (noRoom !== null) throw new AppError("OVERLOADED", `pictures cannot be kept now: ${noRoom}`, { retryAfterS: 30 });

  const pictured = await takePicture(deps, input, unavailable);
  if (pictured.replay !== null) return { id: pictured.replay, created: false };
  const bodyHash = hashOf(input, pictured.image?.sha256 ?? null);
  const fallbackAllowed = input.fallback ?? (input.provider === null && deps.config.fallback);
  const accepted = await deps.acceptor.accept({
    input: withSeed({ ...input, image: pictured.image }),
    bodyHash,
    fallbackAllowed,
    stickyKey: input.stickyKey,
    decide: (revision, stickyKey) => decide({ revision, stickyKey, forced: input.provider, unavailable }),
    deadlineMs: (receipt) => input.deadlineMs ?? deps.config.deadlineMs[receipt.provider],
  });
  if (accepted.kind === "refused") throw unserved(deps, input, [accepted.provider], unavailable);
  if (accepted.kind === "existing") {
    requireSame(accepted, bodyHash);
    return { id: accepted.id, created: false };
  }
  deps.wake("queued");
  return { id: accepted.id, created: true };
}

/** Throws UNPROCESSABLE when the key's generation was asked for something else. */
function requireSame(existing: { bodyHash: string }, bodyHash: string): void {
  if (existing.bodyHash === bodyHash) return;
  const rule = "was used before with another request; a key stands for one request for ever";
  throw new AppError("UNPROCESSABLE", `Idempotency-Key ${rule}`, { problems: [{ field: "Idempotency-Key", rule }] });
}

/**
 * Checks and stores the caller's picture, last of all: what is refused for another reason, or was accepted before under
 * the same key, leaves no file behind. `replay` is that earlier generation.
 */
async function takePicture(
  deps: SubmitDeps,
  input: SubmitInput,
  unavailable: Record<ProviderId, string | null>,
): Promise<{ image: StoredInput | null; replay: string | null }> {
  if (input.image === null || !("load" in input.image)) return { image: input.image, replay: null };
  if (input.provider === null && unavailable[CONTROL] !== null) {
    const { candidateShareBp } = await deps.acceptor.revisionOf(input.environment);
    if (candidateShareBp === 0) throw unserved(deps, input, [CONTROL], unavailable);
  }
  const bytes = await input.image.load();
  if (input.idempotencyKey !== null) {
    const existing = await deps.acceptor.existing(input.principal.scope, input.idempotencyKey);
    if (existing) {
      requireSame(existing, hashOf(input, createHash("sha256").update(bytes).digest("hex")));
      return { image: null, replay: existing.id };
    }
  }
  return { image: await deps.storeInput(bytes), replay: null };
}

function invalid(problems: FieldRule[]): AppError {
  const message = problems.map(({ field, rule }) => `${field} ${rule}`).join("; ");
  return new AppError("BAD_REQUEST", message, { problems });
}

/** The same rule of both providers is said once. */
function withoutRepeats(problems: FieldRule[]): FieldRule[] {
  const seen = new Map(problems.map((problem) => [`${problem.field}\n${problem.rule}`, problem]));
  return [...seen.values()];
}

function formProblems(input: SubmitInput): FieldRule[] {
  const problems: FieldRule[] = [];
  const printable = (value: string) => value.length > 0 && value.length <= KEY_MAX && !/\p{Cc}/u.test(value);
  const rule = `must have 1 to ${KEY_MAX} printable characters`;
  if (input.idempotencyKey !== null && !printable(input.idempotencyKey))
    problems.push({ field: "Idempotency-Key", rule });
  if (input.stickyKey !== null && !printable(input.stickyKey)) problems.push({ field: "stickyKey", rule });
  const { deadlineMs } = input;
  if (
    deadlineMs !== null &&
    !(Number.isInteger(deadlineMs) && deadlineMs >= DEADLINE_MIN_MS && deadlineMs <= DEADLINE_MAX_MS)
  ) {
    problems.push({
      field: "deadlineMs",
      rule: `must be a whole number from ${DEADLINE_MIN_MS} to ${DEADLINE_MAX_MS}`,
    });
  }
  return problems;
}

/** A named provider must be able to serve; a routed request needs one that the route could end at. */
function refuseUnserved(deps: SubmitDeps, input: SubmitInput, unavailable: Record<ProviderId, string | null>): void {
  const asked = input.provider ? [input.provider] : [...PROVIDER_IDS];
  if (asked.every((id) => unavailable[id] !== null)) throw unserved(deps, input, asked, unavailable);
}

function unserved(
  deps: SubmitDeps,
  input: SubmitInput,
  asked: ProviderId[],
  unavailable: Record<ProviderId, string | null>,
): AppError {
  const missing = asked.flatMap((id) => deps.config.missingVariables(input.environment, id));
  const message = asked.map((id) => unavailable[id] ?? "it has no route").join("; ");
  return missing.length > 0
    ? new AppError("NOT_CONFIGURED", message)
    : invalid([{ field: "operation", rule: `cannot be served: ${message}` }]);
}

/** Without a seed the gateway draws one: the result can be made again, and an unanswered submit can be found by it. */
function withSeed<Input extends SubmitInput>(input: Input): Input {
  if (input.params.operation === "remove_background" || input.params.seed !== null) return input;
  return { ...input, params: { ...input.params, seed: randomInt(0, SEED_MAX) } };
}

/** The request as the caller meant it, whatever the order of its fields; what we add ourselves is not part of it. */
function hashOf(input: SubmitInput, imageSha256: string | null): string {
  const { params, provider, environment, stickyKey, fallback, deadlineMs } = input;
  const meant = {
    ...params,
    image: imageSha256,
    provider,
    environment,
    stickyKey,
    fallback,
    deadlineMs,
  };
  const sorted = Object.entries(meant).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}
