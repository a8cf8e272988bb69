import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { batchRow, votesOf } from "@/db/queries/batches";
import { batchVotes } from "@/db/schema";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import {
  type BatchImage,
  type BatchView,
  type BlindAnswer,
  type BlindResult,
  blindResult,
  leftProvider,
} from "@/server/domain/batch";
import { CANDIDATE, CONTROL, type ProviderId } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { Operator } from "@/server/rollout/types";
import { readBatch } from "./read-batch";
import type { BatchDeps } from "./types";

export interface BlindPair {
  position: number;
  prompt: string;
  /** Nothing here says which provider made which. */
  left: BatchImage;
  right: BatchImage;
}

export interface BlindView {
  /** Pairs of which both pictures were made and are still kept. */
  total: number;
  /** Of this voter. */
  voted: number;
  next: BlindPair | null;
  result: BlindResult;
}

/** The next pair that this voter has not seen, and what all voters have found so far. Throws NOT_FOUND. */
export async function readBlind(db: DatabaseOrTransaction, batchId: string, voter: string): Promise<BlindView> {
  const [view, votes] = await Promise.all([readBatch(db, batchId), votesOf(db, batchId)]);
  const pairs = completePairs(view);
  const mine = new Set(votes.filter((vote) => vote.voter === voter).map(({ position }) => position));
  const open = pairs.find(({ position }) => !mine.has(position));
  const left = open ? leftProvider(batchId, open.position, voter) : CONTROL;
  return {
    total: pairs.length,
    voted: mine.size,
    next: open
      ? {
          position: open.position,
          prompt: open.prompt,
          left: open.images[left],
          right: open.images[otherThan(left)],
        }
      : null,
    result: blindResult(votes),
  };
}

/** Keeps what a person found of a pair; the first word counts. Throws CONFLICT for a pair that is not there. */
export async function voteBlind(
  deps: Pick<BatchDeps, "db">,
  operator: Operator,
  input: { batchId: string; position: number; answer: BlindAnswer },
): Promise<void> {
  requireScope(operator.principal, "generate");
  const batch = await batchRow(deps.db, input.batchId);
  if (!batch) throw new AppError("NOT_FOUND", "there is no such batch");
  requireEnvironment(operator.principal, batch.environment);
  const { batchId, position, answer } = input;
  if (!completePairs(await readBatch(deps.db, batchId)).some((pair) => pair.position === position))
    throw new AppError("CONFLICT", "there is no such pair of pictures");
  const voter = operator.principal.name;
  const left = leftProvider(batchId, position, voter);
  const choice = answer === "none" ? "none" : answer === "left" ? left : otherThan(left);
  await deps.db
    .insert(batchVotes)
    .values({ batchId, position, voter, choice, left, at: sql`clock_timestamp()` })
    .onConflictDoNothing();
}

function completePairs(view: BatchView) {
  return view.pairs.flatMap(({ position, prompt, calls }) => {
    const [control, candidate] = [imageOf(calls, CONTROL), imageOf(calls, CANDIDATE)];
    return control && candidate
      ? [{ position, prompt, images: { [CONTROL]: control, [CANDIDATE]: candidate } as Record<ProviderId, BatchImage> }]
      : [];
  });
}

function imageOf(calls: BatchView["pairs"][number]["calls"], provider: ProviderId): BatchImage | null {
  const image = calls.find((call) => call.provider === provider)?.image ?? null;
  return image?.expiredAtMs === null ? image : null;
}

const otherThan = (provider: ProviderId): ProviderId => (provider === CONTROL ? CANDIDATE : CONTROL);
