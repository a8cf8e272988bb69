import { eq, sql } from "drizzle-orm";
import { type EndpointSnapshot, endpointCheck, newestSnapshot } from "@/db/queries/endpoint";
import { endpointChecks, type PendingEndpointChange } from "@/db/schema";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { changeWords, checkChange, differences, type FieldChange } from "@/server/domain/endpoint/differences";
import type { EndpointChange, EndpointSettings } from "@/server/domain/endpoint/settings";
import { type StandingPrice, standingPrice } from "@/server/domain/endpoint/standing-price";
import { AppError } from "@/server/errors";
import { checkReason } from "@/server/rollout/check-reason";
import type { Operator } from "@/server/rollout/types";
import { priceOf, readEndpointPrices } from "./price";
import { recordSnapshot } from "./record-snapshot";
import { type EndpointDeps, requireManagement } from "./types";
import { OUTSIDE } from "./watch-endpoint";

const CALL_TIMEOUT_MS = 20_000;
/** Longer than a call may take: until then nobody else changes the endpoint or takes what it sees for an outside change. */
const CLAIM_S = 45;

export interface ChangeEndpointInput {
  environment: string;
  change: EndpointChange;
  reason: string;
  /** Id of the snapshot that the operator saw. */
  seenSnapshot: number;
  /** The snapshot that this takes back. */
  undoes?: number;
}

export interface ChangedEndpoint {
  snapshot: number;
  changes: FieldChange[];
  /** What RunPod made otherwise than was asked; empty when nothing. */
  otherwise: FieldChange[];
  standing: { before: StandingPrice; after: StandingPrice };
}

/**
 * Changes the endpoint at RunPod. Conditional on the state that the operator saw, at RunPod too: what somebody changed
 * elsewhere meanwhile is recorded and shown, not overwritten. The change is known to us before RunPod is asked.
 */
export async function changeEndpoint(
  deps: EndpointDeps,
  operator: Operator,
  input: ChangeEndpointInput,
  now: Date,
): Promise<ChangedEndpoint> {
  const { environment, change } = input;
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, environment);
  const reason = checkReason(input.reason);
  const management = requireManagement(deps, environment);
  const seen = await requireSeenSnapshot(deps, input);
  const live = await management.endpoint({ signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  await refuseOutsideChange(deps, seen, live);
  const check = await endpointCheck(deps.db, environment);
  refuseProblems(live, change, check?.offers?.flatMap(({ pool }) => pool ?? []) ?? null);

  const actor = operator.principal.name;
  const { via, requestId } = operator;
  if (via === "env") throw new AppError("BAD_REQUEST", "an environment variable changes no endpoint");
  const undoes = input.undoes ?? null;
  await claim(deps, environment, { change, actor, via, reason, requestId, undoes });
  const current = await newestSnapshot(deps.db, environment);
  if (current !== null && current.id !== seen.id) {
    // Another change was made whole between our reading and our claim.
    await release(deps, environment);
    throw changedElsewhere(current);
  }
  let after: EndpointSettings;
  try {
    after = await management.change(live, change, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  } catch (error) {
    // A refusal changed nothing. After silence nobody knows: the claim stays, and the next look finds out.
    if (!AppError.is(error) || error.code !== "UNAVAILABLE") await release(deps, environment);
    else
      throw new AppError(
        "UNAVAILABLE",
        `${error.message}. Whether it was changed is not known: it shows within two minutes`,
        {
          cause: error,
        },
      );
    throw error;
  }
  const prices = await readEndpointPrices(deps.db, deps.config, environment, null, now.getTime());
  const look = { offers: check?.offers ?? null, workers: check?.workers ?? null };
  const standing = {
    before: standingPrice(live.workersMin, priceOf(live, look, prices)),
    after: standingPrice(after.workersMin, priceOf(after, look, prices)),
  };
  const changes = differences(live, after);
  const perDay = ({ perDayMicros }: StandingPrice) => perDayMicros?.high ?? null;
  const snapshot = await deps.db.transaction(async (tx) => {
    await tx
      .update(endpointChecks)
      .set({ pending: null, pendingUntil: null })
      .where(eq(endpointChecks.environment, environment));
    return recordSnapshot(tx, {
      environment,
      endpointId: management.endpointId,
      settings: after,
      origin: "ours",
      changes,
      actor,
      via,
      reason,
      requestId,
      undoes,
      standingPerDayMicros: { before: perDay(standing.before), after: perDay(standing.after) },
    });
  });
  return { snapshot: snapshot.id, changes, otherwise: otherwiseThanAsked(live, change, after), standing };
}

function otherwiseThanAsked(live: EndpointSettings, change: EndpointChange, after: EndpointSettings): FieldChange[] {
  const asked = { ...live, ...change, executionTimeoutMs: change.executionTimeoutMs ?? live.executionTimeoutMs };
  const expected = {
    ...asked,
    executionTimeoutMs: asked.executionTimeoutMs || null,
    // RunPod sets its own when the kind of scaling changes.
    idleTimeoutS: change.idleTimeoutS ?? after.idleTimeoutS,
  };
  return differences(expected, after);
}

async function requireSeenSnapshot(deps: EndpointDeps, input: ChangeEndpointInput): Promise<EndpointSnapshot> {
  const newest = await newestSnapshot(deps.db, input.environment);
  if (newest === null)
    throw new AppError("CONFLICT", "the endpoint was not read yet: wait for its first look, within a minute");
  if (newest.id !== input.seenSnapshot) throw changedElsewhere(newest);
  return newest;
}

function changedElsewhere({
  actor,
  changes,
  at,
  reason,
}: Pick<EndpointSnapshot, "actor" | "changes" | "at" | "reason">) {
  const why = reason === null ? "" : ` (${reason})`;
  return new AppError(
    "CONFLICT",
    `the endpoint changed since this was loaded: ${changeWords(changes) || "it was read anew"}, by ${actor} at ${at.toISOString()}${why}`,
  );
}

/** What RunPod has now must be what was seen; else it is recorded as changed elsewhere, and refused. */
async function refuseOutsideChange(deps: EndpointDeps, seen: EndpointSnapshot, live: EndpointSettings): Promise<void> {
  const changes = differences(seen.settings, live);
  if (changes.length === 0) return;
  const found = await deps.db.transaction(async (tx) => {
    await endpointCheck(tx, seen.environment, { lock: true });
    const newest = await newestSnapshot(tx, seen.environment);
    if (newest !== null && newest.id !== seen.id) return newest;
    const { environment, endpointId } = seen;
    return recordSnapshot(tx, {
      environment,
      endpointId,
      settings: live,
      origin: "outside",
      changes,
      actor: OUTSIDE,
      via: "system",
      reason: null,
      requestId: null,
      undoes: null,
    });
  });
  throw changedElsewhere(found);
}

function refuseProblems(live: EndpointSettings, change: EndpointChange, pools: string[] | null): void {
  const problems: { field: string; rule: string }[] = checkChange(live, change);
  const unknown = pools === null ? [] : (change.gpuPools ?? []).filter((pool) => !pools.includes(pool));
  if (unknown.length > 0) {
    const rule = `names no pool of RunPod's: ${unknown.join(", ")}; there are ${[...new Set(pools)].join(", ")}`;
    problems.push({ field: "gpuPools", rule });
  }
  if (problems.length === 0) return;
  const words = problems
    .map(({ field, rule }) => (field === "change" ? `this ${rule}` : `${field} ${rule}`))
    .join("; ");
  throw new AppError("BAD_REQUEST", words, { problems });
}

async function claim(deps: EndpointDeps, environment: string, pending: PendingEndpointChange): Promise<void> {
  const claimed = await deps.db
    .update(endpointChecks)
    .set({ pending, pendingUntil: sql`clock_timestamp() + make_interval(secs => ${CLAIM_S})` })
    .where(
      sql`${endpointChecks.environment} = ${environment} and coalesce(${endpointChecks.pendingUntil} <= clock_timestamp(), true)`,
    )
    .returning({ environment: endpointChecks.environment });
  if (claimed.length > 0) return;
  const check = await endpointCheck(deps.db, environment);
  const who = check?.pending?.actor ?? "somebody";
  throw new AppError("CONFLICT", `${who} is changing the endpoint just now: load it again in a minute`, {
    retryAfterS: CLAIM_S,
  });
}

async function release(deps: EndpointDeps, environment: string): Promise<void> {
  await deps.db
    .update(endpointChecks)
    .set({ pending: null, pendingUntil: null })
    .where(eq(endpointChecks.environment, environment));
}
