import { Secret } from "@/server/domain/secret";
import type { Operation } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { createCaller } from "../caller";
import { downloadOutput } from "../download";
import type { HttpSend } from "../http";
import { asProviderError, providerError, scrub, throwing } from "../provider-failure";
import { type ScenarioApi as ApiGeneration, PROVIDER_DEFAULTS } from "../settings";
import type { CallOptions, ImageProvider, JobState, ProviderRequest } from "../types";
import { createScenarioApi, type ScenarioApi } from "./api";
import { explainRefusal } from "./failures";
import {
  isJobOf,
  jobPhase,
  leftOutOfCustom,
  toCustomBody,
  toLegacyBody,
  toSucceeded,
  toUnfinishedState,
} from "./transform";
import { dateOf, toUsageDays, usageSpans } from "./usage";

export interface ScenarioOptions {
  baseUrl: string;
  apiKey: Secret;
  secret: Secret;
  api: ApiGeneration;
  projectId: string | null;
  models: { txt2img: string | null; img2img: string | null; removeBackground: string | null };
  send: HttpSend;
  /** For addresses found in answers; must not reach private networks. */
  sendElsewhere: HttpSend;
  now: () => number;
}

const NO_TIMING = { delayMs: null, executionMs: null, warmingUpMs: null, workerId: null, retries: null };
const FIND_PAGES_MAX = 5;
/** Their clock may differ from ours by this much when jobs are looked up by age. */
const CLOCK_SLACK_MS = 60_000;

export function createScenarioProvider(options: ScenarioOptions): ImageProvider {
  const basic = new Secret(Buffer.from(`${options.apiKey.reveal()}:${options.secret.reveal()}`).toString("base64"));
  const secrets = [basic, options.secret, options.apiKey];
  const scrubbed = (text: string) => scrub(text, secrets);
  const caller = createCaller({
    provider: "scenario",
    baseUrl: options.baseUrl,
    authorization: new Secret(`Basic ${basic.reveal()}`),
    secrets,
    send: options.send,
    now: options.now,
    query: options.projectId === null ? {} : { projectId: options.projectId },
    explain: explainRefusal,
  });
  const api = createScenarioApi(caller, options.sendElsewhere);

  const modelFor = (operation: Operation) => {
    const defaults = PROVIDER_DEFAULTS.scenario.models[options.api];
    if (operation === "remove_background") return options.models.removeBackground ?? defaults.removeBackground;
    return options.models[operation] ?? defaults[operation];
  };

  return {
    id: "scenario",
    unavailable: () => null,
    modelFor,
    leavesOut: (params) => (options.api === "custom" ? leftOutOfCustom(params) : []),

    submit: throwing("scenario", async (request, submitOptions) => {
      const model = modelFor(request.operation);
      const assetId = await uploadInput(api, request, submitOptions);
      const { path, jobBody } = jobCall(options.api, model, request, assetId);
      const answer = await api.generate(path, jobBody.body, submitOptions);
      return {
        jobId: answer.job.jobId,
        model,
        quotedUnits: answer.creativeUnitsCost ?? null,
        warnings: jobBody.warnings,
      };
    }),

    check: throwing("scenario", async (jobId, callOptions) => {
      const job = await api.job(jobId, callOptions).catch(missingAsNull);
      if (job === null) return { phase: "missing", timing: NO_TIMING } satisfies JobState;
      if (jobPhase(job.status) !== "success") return toUnfinishedState(job, scrubbed);
      const assetIds = job.metadata?.assetIds ?? [];
      const assets = await Promise.all(assetIds.map((id) => api.asset(id, callOptions)));
      // A job may be done a moment before its assets are.
      return toSucceeded(job, assets) ?? toUnfinishedState({ ...job, status: "finalizing" }, scrubbed);
    }),

    cancel: throwing("scenario", async (jobId, callOptions) => {
      try {
        const job = await api.cancel(jobId, callOptions);
        const phase = jobPhase(job.status);
        // The answer may still say `in-progress`: the cancel is taken all the same. Done is done, though.
        if (phase === "success" || phase === "failure") return { cancelled: false, reason: `the job is ${job.status}` };
        return { cancelled: true, reason: null };
      } catch (error) {
        const refused = ProviderError.is(error) && [400, 404, 409].includes(error.httpStatus ?? 0);
        if (refused) return { cancelled: false, reason: error.message };
        throw error;
      }
    }),

    download: throwing("scenario", (output, callOptions) =>
      downloadOutput("scenario", options.sendElsewhere, output, callOptions),
    ),

    find: throwing("scenario", async (request, submittedAfterMs, callOptions) => {
      if (request.seed === null) {
        const message = "Scenario: a job without a seed cannot be looked up, its listing names nothing of ours";
        throw providerError("scenario", { mode: "unknown", message, retryable: false });
      }
      const type = options.api === "custom" ? "custom" : "inference";
      let paginationToken: string | undefined;
      for (let page = 0; page < FIND_PAGES_MAX; page++) {
        const { jobs, next } = await api.jobs({ type, paginationToken }, callOptions);
        const found = jobs.find((job) => isJobOf(job, request) && createdMs(job) >= submittedAfterMs - CLOCK_SLACK_MS);
        if (found) return found.jobId;
        const oldestMs = Math.min(...jobs.map(createdMs));
        if (next === null || jobs.length === 0 || oldestMs < submittedAfterMs - CLOCK_SLACK_MS) return null;
        paginationToken = next;
      }
      return null;
    }),

    usage: throwing("scenario", async ({ fromMs, toMs }, callOptions) => {
      const days = new Map<number, number>();
      for (const span of usageSpans(fromMs, toMs)) {
        // Whether the last date is included is nowhere written: asked for one more, and cut.
        const query = { startDate: dateOf(span.fromMs), endDate: dateOf(span.toMs) };
        for (const { dayMs, units } of toUsageDays(await api.usages(query, callOptions), span)) days.set(dayMs, units);
      }
      return [...days].map(([dayMs, units]) => ({ dayMs, units }));
    }),

    probe: async (callOptions) => {
      const startedMs = performance.now();
      const checkedWhat = "GET /models?pageSize=1";
      try {
        await api.models(callOptions);
        return { ok: true, roundTripMs: Math.round(performance.now() - startedMs), problem: null, checkedWhat };
      } catch (error) {
        const problem = asProviderError("scenario", error).message;
        return { ok: false, roundTripMs: Math.round(performance.now() - startedMs), problem, checkedWhat };
      }
    },
  };
}

function jobCall(api: ApiGeneration, model: string, request: ProviderRequest, assetId: string | null) {
  if (api === "custom") {
    return { path: `/generate/custom/${encodeURIComponent(model)}`, jobBody: toCustomBody(request, assetId) };
  }
  const route = { txt2img: "txt2img", img2img: "img2img", remove_background: "remove-background" }[request.operation];
  return { path: `/generate/${route}`, jobBody: toLegacyBody(request, model, assetId) };
}

/** Null without an input picture. An upload costs nothing, so its failure never leaves a paid job in doubt. */
async function uploadInput(api: ScenarioApi, request: ProviderRequest, options: CallOptions): Promise<string | null> {
  if (!request.image) return null;
  const extension = request.image.mimeType.slice("image/".length);
  try {
    return await api.upload(`switchyard-${request.image.sha256.slice(0, 16)}.${extension}`, request.image, options);
  } catch (error) {
    const failure = asProviderError("scenario", error);
    throw new ProviderError(failure.message, { ...failure, maybeSent: false }, { cause: failure });
  }
}

function missingAsNull(error: unknown): null {
  if (ProviderError.is(error) && error.httpStatus === 404) return null;
  throw error;
}

function createdMs(job: { createdAt?: string | null }): number {
  const at = Date.parse(job.createdAt ?? "");
  return Number.isFinite(at) ? at : Number.POSITIVE_INFINITY;
}
