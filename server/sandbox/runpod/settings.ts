import type { WorkerImage } from "./comfyui-nodes";

export type FlashBoot = "OFF" | "FLASHBOOT" | "PRIORITY_FLASHBOOT";

export interface EndpointSettings {
  name: string;
  workersMin: number;
  workersMax: number;
  idleTimeoutS: number;
  scaling: { type: "QUEUE_DELAY"; queueDelayS: number } | { type: "REQUEST_COUNT"; requestCount: number };
  flashboot: FlashBoot;
  /** 0: unset, which means the platform's 600 s. */
  executionTimeoutMs: number;
  image: WorkerImage;
  imageTag: string;
  checkpoints: readonly string[];
  gpuTypeId: string;
  gpuPool: string;
  /** `base64` is the worker's default; `s3_url` as if BUCKET_* were set; `legacy_message` as workers before 5.0. */
  output: "base64" | "s3_url" | "legacy_message";
  /** `/health` at rest shows parked or throttled leftovers now and then, as measured. False: always zeros. */
  healthLeftovers: boolean;
  /** Results of `/run` are kept so long after the end, of `/runsync` a thirtieth of it. */
  resultRetentionMs: number;
}

export const DEFAULT_ENDPOINT: EndpointSettings = {
  name: "flux-fp8",
  workersMin: 0,
  workersMax: 3,
  idleTimeoutS: 5,
  scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
  flashboot: "OFF",
  executionTimeoutMs: 600_000,
  image: "custom",
  imageTag: "sandbox/worker-comfyui:5.8.5-flux1-dev-fp8-rmbg",
  checkpoints: ["flux1-dev-fp8.safetensors"],
  gpuTypeId: "NVIDIA GeForce RTX 4090",
  gpuPool: "ADA_24",
  output: "base64",
  healthLeftovers: true,
  resultRetentionMs: 30 * 60_000,
};

export interface GpuType {
  id: string;
  displayName: string;
  memoryGb: number;
  pool: string;
  /** The catalogue prices by the hour. */
  usdPerHour: number;
}

export const GPU_TYPES: readonly GpuType[] = [
  { id: "NVIDIA RTX A4000", displayName: "RTX A4000", memoryGb: 16, pool: "AMPERE_16", usdPerHour: 0.58 },
  { id: "NVIDIA L4", displayName: "L4", memoryGb: 24, pool: "AMPERE_24", usdPerHour: 0.69 },
  { id: "NVIDIA GeForce RTX 4090", displayName: "RTX 4090", memoryGb: 24, pool: "ADA_24", usdPerHour: 1.1 },
  { id: "NVIDIA A40", displayName: "A40", memoryGb: 48, pool: "AMPERE_48", usdPerHour: 1.22 },
  { id: "NVIDIA L40S", displayName: "L40S", memoryGb: 48, pool: "ADA_48_PRO", usdPerHour: 1.9 },
  { id: "NVIDIA A100 80GB PCIe", displayName: "A100 PCIe", memoryGb: 80, pool: "AMPERE_80", usdPerHour: 2.72 },
  { id: "NVIDIA H100 80GB HBM3", displayName: "H100 SXM", memoryGb: 80, pool: "ADA_80_PRO", usdPerHour: 4.18 },
];

export function usdPerHour(gpuTypeId: string): number {
  return GPU_TYPES.find((gpu) => gpu.id === gpuTypeId)?.usdPerHour ?? 1.1;
}

/** Price of so much GPU time in millionths of a dollar. */
export function gpuMicros(gpuTypeId: string, durationMs: number): number {
  return Math.round((usdPerHour(gpuTypeId) / 3_600_000) * durationMs * 1_000_000);
}
