import type { WorkerCounts } from "@/server/domain/cold-start";
import { providerError } from "../provider-failure";
import type { ImageOutput, JobState, JobTiming } from "../types";
import { jobFailureReading } from "./failures";
import { outputSchema, type RunpodHealth, type RunpodJob } from "./schemas";

/** RunPod's times arrive in milliseconds. */
export function toTiming(job: RunpodJob): JobTiming {
  return {
    delayMs: job.delayTime ?? null,
    executionMs: job.executionTime ?? null,
    warmingUpMs: null,
    workerId: job.workerId ?? null,
    retries: job.retries ?? null,
  };
}

/** RunPod's job document in the gateway's words; `scrubbed` takes our credentials out of theirs. */
export function toJobState(job: RunpodJob, scrubbed: (text: string) => string): JobState {
  const timing = toTiming(job);
  const fail = (error: ReturnType<typeof jobFailureReading>, words: string[]): JobState => ({
    phase: "failed",
    timing,
    error: providerError(
      "comfyui",
      { ...error, message: scrubbed(error.message) },
      { raw: words.length === 0 ? null : scrubbed(words.join("\n")) },
    ),
    billedUnits: null,
  });
  switch (job.status) {
    case "IN_QUEUE":
      return { phase: "queued", timing, workerStarting: null };
    case "IN_PROGRESS":
    case "RUNNING":
      return { phase: "running", timing, progress: null };
    case "COMPLETED":
      return toCompleted(job, timing, fail, scrubbed);
    case "CANCELLED":
      return { phase: "cancelled", timing, billedUnits: null };
    case "TIMED_OUT":
      return fail({ mode: "timeout", message: "ComfyUI: RunPod gave the job up as TIMED_OUT" }, errorTexts(job));
    case "FAILED": {
      const [error, ...details] = [asText(job.error), ...detailTexts(job)];
      // What the SDK's development server says of a job that it has forgotten.
      if (error === "Job ID not found") return { phase: "missing", timing };
      const detailed = details.filter((text) => text !== null);
      return fail(jobFailureReading(error ?? null, detailed), errorTexts(job));
    }
    default:
      // A word we do not know ends here too: polled on, it would look like a timeout.
      return fail(
        {
          mode: "unknown",
          message: `ComfyUI: the job has the unknown status ${job.status.slice(0, 60)}`,
          retryable: false,
        },
        errorTexts(job),
      );
  }
}

function toCompleted(
  job: RunpodJob,
  timing: JobTiming,
  fail: (reading: ReturnType<typeof jobFailureReading>, words: string[]) => JobState,
  scrubbed: (text: string) => string,
): JobState {
  const parsed = outputSchema.safeParse(job.output);
  const output = parsed.success ? parsed.data : null;
  const errors = (output?.errors ?? []).map(asText).filter((text) => text !== null);
  const images = (output?.images ?? [])
    .map((image) => toImage(image.data ?? ""))
    .filter((image) => image !== null)
    .map((image, index): ImageOutput => ({ ...image, index }));
  const legacy = images.length === 0 && output?.status !== "error" && output?.message ? toImage(output.message) : null;
  if (legacy) images.push({ ...legacy, index: 0 });
  // Errors may ride on a good result: what came is kept, what did not is said.
  if (images.length > 0)
    return { phase: "succeeded", timing, images, billedUnits: null, warnings: errors.map(scrubbed) };
  const words = [...errorTexts(job), ...errors, ...(output?.message ? [output.message] : [])];
  const reading = words.length === 0 ? null : jobFailureReading(null, words);
  if (reading && reading.mode !== "unknown") return fail(reading, words);
  const why =
    output?.status === "success_no_images" ? "its workflow saved no image" : "its answer has no image that can be read";
  return fail({ mode: "bad_output", message: `ComfyUI: the job completed but ${why}` }, words);
}

type WithoutIndex = { kind: "bytes"; bytes: Uint8Array } | { kind: "url"; url: string };

/** Base64 with or without a data URI's head, or an address; null when it is neither. */
function toImage(data: string): WithoutIndex | null {
  if (/^https?:\/\//i.test(data)) return { kind: "url", url: data };
  const base64 = data.startsWith("data:") ? data.slice(data.indexOf(",") + 1) : data;
  // A worker with a bucket but no keys gives a path on its own disk, which decodes to nothing useful.
  if (base64.length < 16 || /[^A-Za-z0-9+/=\s]/.test(base64)) return null;
  const bytes = Buffer.from(base64, "base64");
  return bytes.byteLength > 0 ? { kind: "bytes", bytes } : null;
}

function detailTexts(job: RunpodJob): (string | null)[] {
  const parsed = outputSchema.safeParse(job.output);
  return parsed.success ? (parsed.data.details ?? []).map(asText) : [];
}

function errorTexts(job: RunpodJob): string[] {
  return [asText(job.error), ...detailTexts(job)].filter((text) => text !== null);
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A key that the answer lacks is 0: some endpoints report no `unhealthy`, some only `idle` and `running`. */
export function toWorkerCounts(health: RunpodHealth): WorkerCounts {
  const { workers, jobs } = health;
  return {
    idle: workers?.idle ?? 0,
    initializing: workers?.initializing ?? 0,
    ready: workers?.ready ?? 0,
    running: workers?.running ?? 0,
    throttled: workers?.throttled ?? 0,
    unhealthy: workers?.unhealthy ?? 0,
    jobsInQueue: jobs?.inQueue ?? 0,
    jobsInProgress: jobs?.inProgress ?? 0,
  };
}
