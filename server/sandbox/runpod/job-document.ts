import type { Studio } from "../draw/studio";
import { strikeOf } from "../faults";
import type { JsonObject } from "../http";
import type { RunpodJob } from "./job";
import type { EndpointSettings } from "./settings";

/** Stores a picture as the worker's own S3 upload would and gives back the URL. */
export type UploadImage = (jobId: string, index: number, bytes: Buffer) => Promise<string>;

/** The status object as the API shows it; draws the images when the job has some. */
export async function jobDocument(
  job: RunpodJob,
  deps: { studio: Studio; settings: EndpointSettings; upload: UploadImage },
): Promise<JsonObject> {
  const document: JsonObject = { id: job.id, status: job.status };
  if (strikeOf(job.strikes, "unknown_status") !== null && job.finishedAt !== null) document.status = "SUSPENDED";
  if (job.delayMs !== null) document.delayTime = job.delayMs;
  if (job.executionMs !== null) document.executionTime = job.executionMs;
  if (job.workerId !== null) document.workerId = job.workerId;
  if (job.retries > 0) document.retries = job.retries;
  if (job.status === "FAILED" || job.status === "TIMED_OUT") {
    if (job.error !== null) document.error = job.error;
    const details = job.outcome?.details ?? [];
    if (details.length > 0) document.output = { details };
  }
  if (job.status === "COMPLETED") {
    const output = await outputOf(job, deps);
    if (output !== null) document.output = output;
  }
  return document;
}

async function outputOf(
  job: RunpodJob,
  { studio, settings, upload }: { studio: Studio; settings: EndpointSettings; upload: UploadImage },
): Promise<JsonObject | null> {
  const { outcome } = job;
  if (outcome === null || outcome.withoutOutput) return null;
  if (outcome.files.length === 0) return { status: "success_no_images", images: [] };
  const drawn: Buffer[] = [];
  const errors = [...outcome.partialErrors];
  for (const file of outcome.files) {
    drawn.push(await studio.draw(file.picture, "png", file.damage));
  }
  const urls =
    settings.output === "s3_url" ? await Promise.all(drawn.map((bytes, at) => upload(job.id, at, bytes))) : null;
  if (settings.output === "legacy_message") {
    return { message: drawn[0]?.toString("base64") ?? "", status: "success" };
  }
  const images = outcome.files.map(({ filename }, index) =>
    urls === null
      ? { filename, type: "base64", data: drawn[index]?.toString("base64") ?? "" }
      : { filename, type: "s3_url", data: urls[index] ?? "" },
  );
  return errors.length > 0 ? { images, errors } : { images };
}
