import { generationByKey } from "@/db/queries/checklist";
import type { EvidenceStep } from "@/server/domain/checklist";
import { FAILURE_MODE_INFO, type FailureMode } from "@/server/domain/failure-modes";
import { formatMicros } from "@/server/domain/money";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { type ItemContext, ItemFailure, type RunItem } from "../types";
import { pictureParams } from "./params";
import { provokeMissingModel, provokeTimeout, provokeWrongKey } from "./provoke-adapter";
import { provokeInSandbox } from "./provoke-in-sandbox";

/** What came of one provoked fault. */
export interface Provoked {
  where: "gateway" | "provider" | "fault proxy";
  mode: FailureMode;
  words: string;
  generationId?: string;
  figures?: EvidenceStep["figures"];
  /** What the provider bills for the failed job's time. */
  workerMicros?: number;
  /** Why it was handled badly although its mode is right: money was spent, something was lost. */
  problem?: string;
}

interface Case {
  name: string;
  modes: FailureMode[];
  provoke(context: ItemContext): Promise<Provoked>;
}

const inSandbox = ({ run }: ItemContext) => run.environment === SANDBOX_ENVIRONMENT;

const CASES: Case[] = [
  { name: "oversized request", modes: ["invalid_request"], provoke: provokeOversized },
  { name: "wrong key", modes: ["auth_failed"], provoke: provokeWrongKey },
  {
    name: "unknown model",
    modes: ["model_not_found"],
    provoke: (context) =>
      inSandbox(context) ? provokeInSandbox(context, "missing_model", null) : provokeMissingModel(context),
  },
  {
    name: "provider time-out",
    // Which of the two depends on whether a worker was up.
    modes: ["timeout", "cold_start_timeout"],
    provoke: (context) =>
      inSandbox(context) ? provokeInSandbox(context, "never_finishes", 5_000) : provokeTimeout(context),
  },
];

/** Provokes all four at once: they have nothing to do with each other, and one waits for a time-out. */
export const runErrorHandling: RunItem = async (context) => {
  const tried = await Promise.all(CASES.map((entry) => tryCase(context, entry)));
  const broken = tried.filter((one): one is Broken => "mode" in one);
  if (broken[0]) throw new ItemFailure(broken.map(({ words }) => words).join("; "), broken[0].mode);
  const workerMicros = tried.reduce((sum, one) => sum + ("workerMicros" in one ? one.workerMicros : 0), 0);
  const spent =
    workerMicros === 0
      ? "nothing was spent and nothing lost"
      : `no picture was charged and nothing lost; the failed jobs' worker time was ${formatMicros(workerMicros)}`;
  return { state: "passed", words: `all four came back as their failure mode; ${spent}` };
};

interface Broken {
  words: string;
  mode: FailureMode | null;
}

async function tryCase(context: ItemContext, entry: Case): Promise<Broken | { workerMicros: number }> {
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
  return problem ? { words: `${entry.name} ${problem}`, mode } : { workerMicros: found.workerMicros ?? 0 };
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
