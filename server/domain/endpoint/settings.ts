import type { UnitPrice } from "@/server/domain/money";

export const FLASHBOOTS = ["OFF", "FLASHBOOT", "PRIORITY_FLASHBOOT"] as const;
export type FlashBoot = (typeof FLASHBOOTS)[number];

/** When a worker is added: by how long a job has waited, or by how many there are for each worker. */
export type EndpointScaling =
  | { type: "QUEUE_DELAY"; queueDelayS: number }
  | { type: "REQUEST_COUNT"; requestCount: number };

/** A serverless endpoint as it is set at RunPod. Holds none of its environment: that may carry credentials. */
export interface EndpointSettings {
  name: string;
  /** Null where the endpoint is built from a repository. */
  image: string | null;
  gpuPools: string[];
  gpuCount: number;
  workersMin: number;
  workersMax: number;
  /** Null: RunPod has none with scaling by REQUEST_COUNT. */
  idleTimeoutS: number | null;
  /** Null: a rule that we do not know. */
  scaling: EndpointScaling | null;
  /** Null: unset, which means RunPod's 600 s. */
  executionTimeoutMs: number | null;
  flashboot: FlashBoot;
  dataCenterIds: string[];
}

/** What may be changed; absent fields stay as they are. */
export interface EndpointChange {
  workersMin?: number;
  workersMax?: number;
  idleTimeoutS?: number;
  scaling?: EndpointScaling;
  flashboot?: FlashBoot;
  gpuPools?: string[];
  /** 0 unsets it. */
  executionTimeoutMs?: number;
}

/** A GPU type that serverless endpoints can be put on. */
export interface GpuOffer {
  /** RunPod's name, as workers report it. */
  id: string;
  name: string;
  /** What an endpoint's settings name; null: none. */
  pool: string | null;
  memoryGb: number | null;
  /** By the hour, as the catalogue has it, so that it is exact. Null: not offered for serverless. */
  price: UnitPrice | null;
  /** Such as HIGH; null where the catalogue does not say. */
  availability: string | null;
}

export const WORKER_STATES = ["running", "idle", "initializing", "throttled", "unhealthy"] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

export interface LiveWorker {
  id: string;
  /** In RunPod's own word where it is none that we know. */
  state: WorkerState | string;
  /** It still runs an older release. */
  isStale: boolean;
  version: number | null;
  gpuType: string | null;
  dataCenterId: string | null;
  uptimeS: number | null;
}

export interface LiveWorkers {
  endpointVersion: number | null;
  counts: Record<WorkerState, number>;
  workers: LiveWorker[];
}

/** A version of the endpoint, with what it changed. */
export interface EndpointRelease {
  version: number;
  createdAtMs: number;
  isCurrent: boolean;
  changes: { field: string; before: string | null; after: string | null }[];
}
