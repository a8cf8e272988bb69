import type { StorageFault } from "@/server/domain/storage";

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
