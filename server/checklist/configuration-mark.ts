import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { DatabaseOrTransaction } from "@/db/client";
import { newestSnapshot } from "@/db/queries/endpoint";
import { canonicalJson } from "@/server/audit/canonical-json";
import type { Config } from "@/server/config";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";

export type MarkedConfig = Pick<Config, "providerSettings" | "r2">;

const MARK_LENGTH = 16;
/** Nobody has looked at the endpoint yet, which says nothing of it. */
const UNKNOWN = "unknown";
/** Any name but the sandbox's: its models and workflows are the operator's, and it may not run just now. */
const REAL = "";

/**
 * Stands for everything that a checklist's results were true of: endpoint, model, GPU, workflows, store. A new one
 * expires them. Keys are left out: a rotated key leads to the same endpoint. So are numbers of workers and time-outs
 * of idleness, which change when a picture comes and not what it is.
 */
export async function configurationMark(
  db: DatabaseOrTransaction,
  config: MarkedConfig,
  environment: string,
): Promise<string> {
  const { scenario, comfyui } = config.providerSettings(REAL);
  const isSandbox = environment === SANDBOX_ENVIRONMENT;
  const marked = {
    // The sandbox has new addresses at every start and is the same endpoint.
    endpoint: isSandbox ? null : { baseUrl: comfyui.baseUrl, endpointId: comfyui.endpointId },
    checkpoint: comfyui.checkpoint,
    gpuType: comfyui.gpuType,
    backgroundRemoval: isSandbox && comfyui.backgroundRemoval === "none" ? "core" : comfyui.backgroundRemoval,
    workflows: await Promise.all(Object.values(comfyui.workflowFiles).map(hashOfFile)),
    control: { baseUrl: isSandbox ? null : scenario.baseUrl, api: scenario.api, models: scenario.models },
    store: config.r2 ? { endpoint: config.r2.endpoint, bucket: config.r2.bucket, ...publicPart(config.r2) } : null,
  };
  return `${mark(marked)}.${await endpointMark(db, environment)}`;
}

/** Absent without a domain: marks from before there could be one stay what they are. */
function publicPart({ publicUrl }: NonNullable<MarkedConfig["r2"]>) {
  return publicUrl === null ? {} : { publicUrl };
}

/** May what was found under the one be believed under the other? */
export function isSameConfiguration(a: string, b: string): boolean {
  const [settingsA, endpointA] = a.split(".");
  const [settingsB, endpointB] = b.split(".");
  return settingsA === settingsB && (endpointA === endpointB || endpointA === UNKNOWN || endpointB === UNKNOWN);
}

async function endpointMark(db: DatabaseOrTransaction, environment: string): Promise<string> {
  const snapshot = await newestSnapshot(db, environment);
  if (!snapshot) return UNKNOWN;
  const { image, gpuPools, gpuCount, executionTimeoutMs } = snapshot.settings;
  return mark({ image, gpuPools, gpuCount, executionTimeoutMs });
}

function mark(what: unknown): string {
  return createHash("sha256").update(canonicalJson(what)).digest("hex").slice(0, MARK_LENGTH);
}

async function hashOfFile(path: string | null): Promise<string | null> {
  if (path === null) return null;
  const bytes = await readFile(path).catch(() => null);
  return bytes === null ? "unreadable" : createHash("sha256").update(bytes).digest("hex");
}
