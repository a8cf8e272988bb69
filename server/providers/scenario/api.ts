import type { Caller } from "../caller";
import { TIMEOUTS } from "../caller";
import type { HttpSend } from "../http";
import { HttpFailure } from "../http";
import { maybeTaken, networkError, providerError, statusReading } from "../provider-failure";
import type { CallOptions, InputImage } from "../types";
import {
  assetAnswerSchema,
  jobAnswerSchema,
  jobListSchema,
  modelListSchema,
  type ScenarioAsset,
  type ScenarioJob,
  type ScenarioUsages,
  submitAnswerSchema,
  uploadAnswerSchema,
  usagesSchema,
} from "./schemas";

/** Scenario's HTTP, one function per call. A body holds the picture in base64 up to this size; above, it is uploaded. */
export const INLINE_IMAGE_MAX_BYTES = 3_500_000;
const UPLOAD_POLL_MS = 500;

export interface ScenarioApi {
  generate(
    path: string,
    body: Record<string, unknown>,
    options: CallOptions,
  ): Promise<{ job: ScenarioJob; creativeUnitsCost?: number | null }>;
  job(jobId: string, options: CallOptions): Promise<ScenarioJob>;
  jobs(
    query: { type: string; paginationToken?: string },
    options: CallOptions,
  ): Promise<{ jobs: ScenarioJob[]; next: string | null }>;
  cancel(jobId: string, options: CallOptions): Promise<ScenarioJob>;
  asset(assetId: string, options: CallOptions): Promise<ScenarioAsset>;
  /** Free of charge; gives the asset's id. */
  upload(name: string, image: InputImage, options: CallOptions): Promise<string>;
  models(options: CallOptions): Promise<void>;
  /** Dates as `2026-11-16`; at most 120 days. */
  usages(query: { startDate: string; endDate: string }, options: CallOptions): Promise<ScenarioUsages>;
}

export function createScenarioApi(caller: Caller, sendElsewhere: HttpSend): ScenarioApi {
  const uploadInline = async (name: string, image: InputImage, { signal }: CallOptions) => {
    const body = { name, image: `data:${image.mimeType};base64,${Buffer.from(image.bytes).toString("base64")}` };
    const answer = await caller.json({
      method: "POST",
      path: "/assets",
      body,
      schema: assetAnswerSchema,
      kind: "upload",
      signal,
    });
    return answer.asset.id;
  };

  const uploadInParts = async (name: string, image: InputImage, { signal }: CallOptions) => {
    const post = (path: string, body: unknown) =>
      caller.json({ method: "POST", path, body, schema: uploadAnswerSchema, kind: "upload", signal });
    const { upload } = await post("/uploads", {
      fileName: name,
      fileSize: image.bytes.byteLength,
      contentType: image.mimeType,
      kind: "image",
      parts: 1,
    });
    const part = upload.parts?.[0];
    if (!part) throw failedUpload("the answer names no address for the file");
    await putPart(part.url, image, signal);
    await post(`/uploads/${encodeURIComponent(upload.id)}/action`, { action: "complete" });
    const path = `/uploads/${encodeURIComponent(upload.id)}`;
    const deadlineMs = performance.now() + TIMEOUTS.upload.totalMs;
    while (performance.now() < deadlineMs) {
      const state = await caller.json({ method: "GET", path, schema: uploadAnswerSchema, kind: "poll", signal });
      if (state.upload.status === "imported" && state.upload.entityId) return state.upload.entityId;
      if (state.upload.status === "failed") throw failedUpload(state.upload.errorMessage ?? "no reason given");
      await pause(UPLOAD_POLL_MS, signal);
    }
    throw failedUpload("the file was not imported in time");
  };

  const putPart = async (url: string, image: InputImage, signal: AbortSignal) => {
    const answer = await sendElsewhere({
      method: "PUT",
      url,
      headers: { "content-type": image.mimeType },
      body: image.bytes,
      timeouts: TIMEOUTS.upload,
      maxBytes: 65_536,
      signal,
    }).catch((error: unknown) => {
      throw error instanceof HttpFailure ? networkError("scenario", error) : error;
    });
    if (answer.status >= 200 && answer.status < 300) return;
    throw providerError(
      "scenario",
      { ...statusReading(answer.status), message: `Scenario: the input picture's upload answered ${answer.status}` },
      { httpStatus: answer.status, maybeSent: maybeTaken(answer.status) },
    );
  };

  return {
    generate: (path, body, { signal }) =>
      caller.json({ method: "POST", path, body, schema: submitAnswerSchema, kind: "submit", signal }),
    job: async (jobId, { signal }) => {
      const path = `/jobs/${encodeURIComponent(jobId)}`;
      return (await caller.json({ method: "GET", path, schema: jobAnswerSchema, kind: "poll", signal })).job;
    },
    jobs: async (query, { signal }) => {
      const answer = await caller.json({
        method: "GET",
        path: "/jobs",
        query: { ...query, pageSize: "100" },
        schema: jobListSchema,
        kind: "poll",
        signal,
      });
      return { jobs: answer.jobs, next: answer.nextPaginationToken ?? null };
    },
    cancel: async (jobId, { signal }) => {
      const path = `/jobs/${encodeURIComponent(jobId)}/action`;
      const body = { action: "cancel" };
      return (await caller.json({ method: "POST", path, body, schema: jobAnswerSchema, kind: "poll", signal })).job;
    },
    asset: async (assetId, { signal }) => {
      const path = `/assets/${encodeURIComponent(assetId)}`;
      // Without it the CDN may hand back a transformed file.
      const query = { originalAssets: "true" };
      return (await caller.json({ method: "GET", path, query, schema: assetAnswerSchema, kind: "poll", signal })).asset;
    },
    upload: (name, image, options) =>
      image.bytes.byteLength <= INLINE_IMAGE_MAX_BYTES
        ? uploadInline(name, image, options)
        : uploadInParts(name, image, options),
    usages: (query, { signal }) =>
      caller.json({ method: "GET", path: "/usages", query, schema: usagesSchema, kind: "poll", signal }),
    models: async ({ signal }) => {
      await caller.json({
        method: "GET",
        path: "/models",
        query: { pageSize: "1" },
        schema: modelListSchema,
        kind: "poll",
        signal,
      });
    },
  };
}

function failedUpload(why: string) {
  return providerError("scenario", {
    mode: "provider_unavailable",
    message: `Scenario: the input picture's upload failed: ${why}`,
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      clearTimeout(timer);
      reject(new HttpFailure("aborted", "the call was aborted", false));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", give);
      resolve();
    }, ms);
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}
