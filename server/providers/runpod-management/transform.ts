import {
  type EndpointChange,
  type EndpointRelease,
  type EndpointScaling,
  type EndpointSettings,
  FLASHBOOTS,
  type GpuOffer,
  type LiveWorkers,
  WORKER_STATES,
} from "@/server/domain/endpoint/settings";
import type { Micros } from "@/server/domain/money";
import type { BillingAnswer, EndpointAnswer, GpusAnswer, ReleasesAnswer, WorkersAnswer } from "./schemas";

export function toSettings(answer: EndpointAnswer): EndpointSettings {
  return {
    name: answer.name ?? answer.id,
    image: answer.image || null,
    gpuPools: answer.gpu?.pools ?? [],
    gpuCount: answer.gpu?.count ?? 1,
    workersMin: answer.workers.min,
    workersMax: answer.workers.max,
    idleTimeoutS: answer.workers.idleTimeout ?? null,
    scaling: toScaling(answer.scaling),
    // Unset comes back as 0.
    executionTimeoutMs: answer.timeout || null,
    flashboot: FLASHBOOTS.find((word) => word === answer.flashboot) ?? "OFF",
    dataCenterIds: answer.dataCenterIds ?? [],
  };
}

function toScaling(scaling: EndpointAnswer["scaling"]): EndpointScaling | null {
  if (scaling?.type === "QUEUE_DELAY" && scaling.queueDelay != null)
    return { type: "QUEUE_DELAY", queueDelayS: scaling.queueDelay };
  if (scaling?.type === "REQUEST_COUNT" && scaling.requestCount != null)
    return { type: "REQUEST_COUNT", requestCount: scaling.requestCount };
  return null;
}

/**
 * The body of a PATCH. Whether RunPod merges a part of `workers` into the rest is not known, so minimum and maximum
 * always go together, as last read; the idle time-out only where it exists, because it is refused elsewhere.
 */
export function toPatch(before: EndpointSettings, change: EndpointChange): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const scaling = change.scaling ?? before.scaling;
  const { workersMin, workersMax, idleTimeoutS } = change;
  if (workersMin !== undefined || workersMax !== undefined || idleTimeoutS !== undefined) {
    const idleTimeout = idleTimeoutS ?? before.idleTimeoutS;
    body.workers = {
      min: workersMin ?? before.workersMin,
      max: workersMax ?? before.workersMax,
      ...(idleTimeout === null || scaling?.type === "REQUEST_COUNT" ? {} : { idleTimeout }),
    };
  }
  if (change.scaling !== undefined) {
    body.scaling =
      change.scaling.type === "QUEUE_DELAY"
        ? { type: "QUEUE_DELAY", queueDelay: change.scaling.queueDelayS }
        : { type: "REQUEST_COUNT", requestCount: change.scaling.requestCount };
  }
  if (change.flashboot !== undefined) body.flashboot = change.flashboot;
  if (change.gpuPools !== undefined) body.gpu = { pools: change.gpuPools, count: before.gpuCount };
  if (change.executionTimeoutMs !== undefined) body.timeout = change.executionTimeoutMs;
  return body;
}

export function toLiveWorkers({ endpointVersion, summary, workers }: WorkersAnswer): LiveWorkers {
  const live = workers.map((worker) => {
    const state = worker.status.toLowerCase();
    return {
      id: worker.id,
      state,
      isStale: worker.isStale ?? false,
      version: worker.version ?? null,
      gpuType: worker.gpuTypeId ?? null,
      dataCenterId: worker.dataCenterId ?? null,
      uptimeS: worker.uptimeSeconds ?? null,
    };
  });
  const counts = { running: 0, idle: 0, initializing: 0, throttled: 0, unhealthy: 0 };
  for (const state of WORKER_STATES)
    counts[state] = summary?.[state] ?? live.filter((worker) => worker.state === state).length;
  return { endpointVersion: endpointVersion ?? null, counts, workers: live };
}

/** The newest first. */
export function toReleases({ endpointVersion, releases }: ReleasesAnswer): EndpointRelease[] {
  const newest = Math.max(0, ...releases.map(({ version }) => version));
  return releases
    .map(({ version, createdAt, diff }) => ({
      version,
      createdAtMs: Date.parse(createdAt),
      isCurrent: version === (endpointVersion ?? newest),
      changes: (diff ?? []).map((change) => ({
        field: change.field,
        before: asText(change.field, change.old),
        after: asText(change.field, change.new),
      })),
    }))
    .sort((one, other) => other.version - one.version);
}

/** A release's difference may hold the values of environment variables: of those only the names are kept. */
function asText(field: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (/^(env|registry)\b/.test(field)) return "set";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.slice(0, 200);
}

/** What RunPod billed for the endpoint in one bucket. */
export interface BillingRecord {
  fromMs: number;
  toMs: number;
  totalMicros: Micros;
  gpuMicros: Micros;
  cpuMicros: Micros;
  diskMicros: Micros;
  feeMicros: Micros;
}

export function toBilling({ records }: BillingAnswer): BillingRecord[] {
  return records.map((record) => ({
    fromMs: Date.parse(record.startTime),
    toMs: Date.parse(record.endTime),
    totalMicros: toMicros(record.totalAmount),
    gpuMicros: toMicros(record.gpuAmount ?? 0),
    cpuMicros: toMicros(record.cpuAmount ?? 0),
    diskMicros: toMicros(record.diskAmount ?? 0),
    feeMicros: toMicros(record.feeAmount ?? 0),
  }));
}

/** Prices are USD by the hour: kept as micros for 3600 seconds, because a second's price need not be a whole micro. */
export function toGpuOffers({ gpus }: GpusAnswer): GpuOffer[] {
  return gpus.map(({ id, name, pool, memory, price, availability }) => ({
    id,
    name: name ?? id,
    pool: pool ?? null,
    memoryGb: memory ?? null,
    price: price?.serverless ? { micros: toMicros(price.serverless), per: 3_600 } : null,
    availability: availability ?? null,
  }));
}

function toMicros(usd: number): Micros {
  return Math.round(usd * 1_000_000);
}
