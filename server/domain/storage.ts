/** What is tried, in this order; a step that failed leaves out those that need it. `delete` always runs. */
export const STORAGE_STEPS = ["put", "head", "get", "signed_url", "private", "expiry", "public_url", "delete"] as const;
export type StorageStepName = (typeof STORAGE_STEPS)[number];

export interface StorageStep {
  step: StorageStepName;
  outcome: "passed" | "failed" | "left_out";
  tookMs: number;
  /** What was seen, or what was wrong. */
  note: string;
}

/**
 * Why a store refused. `disk_full` and `unavailable` pass by themselves; `refused_key`, `missing_bucket`,
 * `wrong_endpoint` and `clock_skew` need a person; `wrong_bytes` means that what came back is not what was sent;
 * `missing` that nothing is there, `elsewhere` that it lies on the disk of another machine.
 */
export const STORAGE_FAULTS = [
  "disk_full",
  "disk_failed",
  "refused_key",
  "missing_bucket",
  "wrong_endpoint",
  "clock_skew",
  "wrong_bytes",
  "missing",
  "elsewhere",
  "rejected",
  "unavailable",
] as const;
export type StorageFault = (typeof STORAGE_FAULTS)[number];

/** The evidence of one store's check. Holds no secret and no address that still opens anything. */
export interface StorageCheck {
  store: "disk" | "r2";
  /** Address and bucket, or the folder. */
  where: string;
  ok: boolean;
  /** Of the first step that failed; null when all passed. */
  fault: StorageFault | null;
  problem: string | null;
  object: { key: string; sha256: string; sizeBytes: number };
  steps: StorageStep[];
  checkedAtMs: number;
}

export const KEEP_DAYS_MAX = 3_650;

/** Why these days are none; null where they are. */
export function keepDaysProblem(days: number | null): string | null {
  if (days === null || (Number.isInteger(days) && days >= 1 && days <= KEEP_DAYS_MAX)) return null;
  return `must be a whole number from 1 to ${KEEP_DAYS_MAX}, or for good`;
}
