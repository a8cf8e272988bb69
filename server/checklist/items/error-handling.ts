import { generationByKey } from "@/db/queries/checklist";
import { FAILURE_MODE_INFO, type FailureMode } from "@/server/domain/failure-modes";
import { AppError } from "@/server/errors";
import { type ItemContext, ItemFailure, type RunItem } from "../types";
import { pictureParams } from "./params";
import { provokeJob } from "./provoke-job";
import { provokeWrongKey } from "./provoke-wrong-key";
import type { Provoked } from "./provoked";

interface Case {
  name: string;
  modes: FailureMode[];
  provoke(context: ItemContext): Promise<Provoked>;
}

const CASES: Case[] = [
  { name: "oversized request", modes: ["invalid_request"], provoke: provokeOversized },
  { name: "wrong key", modes: ["auth_failed"], provoke: provokeWrongKey },
  {
    name: "unknown model",
    modes: ["model_not_found"],
    provoke: (context) => provokeJob(context, "missing_model", null),
  },
  {
    name: "provider time-out",
    // Which of the two depends on whether a worker was up.
    modes: ["timeout", "cold_start_timeout"],
    provoke: (context) => provokeJob(context, "never_finishes", 5_000),
  },
];

/** Provokes all four at once: they have nothing to do with each other, and one waits for a time-out. */
export const runErrorHandling: RunItem = async (context) => {
  const tried = await Promise.all(CASES.map((entry) => tryCase(context, entry)));
  const broken = tried.filter((one) => one !== null);
  if (broken[0]) throw new ItemFailure(broken.map(({ words }) => words).join("; "), broken[0].mode);
  return { state: "passed", words: "all four came back as their failure mode; nothing was spent and nothing lost" };
};

interface Broken {
  words: string;
  mode: FailureMode | null;
}

/** Null: it was handled as it should be. */
async function tryCase(context: ItemContext, entry: Case): Promise<Broken | null> {
  let found: Provoked;
  try {
    found = await entry.provoke(context);
  } catch (error) {
    if (!ItemFailure.is(error)) throw error;
    await context.record({ name: entry.name, ok: false, words: error.message });
    return { words: `${entry.name}: ${error.message}`, mode: error.failureMode };
  }
  const { mode, where, words, generationId, figures } = found;
  const wrongMode = entry.modes.includes(mode) ? null : `came back as ${mode} instead of ${entry.modes.join(" or ")}`;
  const problem = wrongMode ?? found.problem ?? null;
  await context.record({
    name: entry.name,
    ok: problem === null,
    words: problem ? `${problem} (${words})` : words,
    where,
    failureMode: mode,
    mitigation: FAILURE_MODE_INFO[mode].mitigation,
    ...(generationId ? { generationId } : {}),
    ...(figures ? { figures } : {}),
  });
  return problem ? { words: `${entry.name} ${problem}`, mode } : null;
}

/** Refused before anything is stored or sent. */
async function provokeOversized(context: ItemContext): Promise<Provoked> {
  const key = "error_handling/oversized";
  const side = 16_384;
  try {
    await context.deps.gateway.submit({
      principal: context.principal,
      environment: context.run.environment,
      source: "checklist",
      params: pictureParams({ operation: "txt2img", prompt: "a picture far too large", width: side, height: side }),
      image: null,
      provider: context.run.provider,
      stickyKey: null,
      idempotencyKey: key,
      fallback: false,
      deadlineMs: null,
    });
  } catch (error) {
    if (!AppError.is(error) || error.code !== "BAD_REQUEST") throw error;
    const namesField = error.problems.some(({ field }) => field === "width");
    const stored = await generationByKey(context.deps.db, context.principal.scope, key);
    return {
      where: "gateway",
      mode: "invalid_request",
      words: error.problems[0] ? `${error.problems[0].field} ${error.problems[0].rule}` : error.message,
      ...(namesField ? {} : { problem: "does not name the field" }),
      ...(stored ? { problem: "was stored although it was refused" } : {}),
    };
  }
  throw new ItemFailure(`a picture of ${side} × ${side} pixels was accepted`);
}
