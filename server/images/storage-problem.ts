/**
 * Why a store refused. `disk_full` and `unavailable` pass by themselves; `refused_key`, `missing_bucket`,
 * `wrong_endpoint` and `clock_skew` need a person; `wrong_bytes` means that what came back is not what was sent; `missing` that nothing is there,
 * `elsewhere` that it lies on the disk of another machine.
 */
export type StorageFault =
  | "disk_full"
  | "disk_failed"
  | "refused_key"
  | "missing_bucket"
  | "wrong_endpoint"
  | "clock_skew"
  | "wrong_bytes"
  | "missing"
  | "elsewhere"
  | "rejected"
  | "unavailable";

const BRAND = Symbol.for("switchyard.storage-problem");

/** A store's failure in our words; holds no secret. */
export class StorageProblem extends Error {
  readonly [BRAND] = true;
  override readonly name: string = "StorageProblem";
  constructor(
    readonly fault: StorageFault,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
  static is(value: unknown): value is StorageProblem {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

const OF_STORE = new Set<StorageFault>([
  "unavailable",
  "refused_key",
  "missing_bucket",
  "wrong_endpoint",
  "clock_skew",
]);

/** True when the next object would meet the same: nothing is wrong with this one. */
export function isOfStore({ fault }: StorageProblem): boolean {
  return OF_STORE.has(fault);
}
