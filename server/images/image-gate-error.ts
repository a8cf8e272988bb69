import type { FailureMode } from "@/server/domain/failure-modes";
import type { StorageFault } from "@/server/domain/storage";
import type { PictureRule } from "./picture-problem";

const BRAND = Symbol.for("switchyard.image-gate-error");

/** Why a provider's picture did not become a result. `message` is fit for people and holds no secret. */
export class ImageGateError extends Error {
  readonly [BRAND] = true;
  override readonly name: string = "ImageGateError";
  constructor(
    readonly mode: Extract<FailureMode, "bad_output" | "storage_failed">,
    /** The rule that the picture broke, or why the store refused. */
    readonly reason: PictureRule | StorageFault,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown): value is ImageGateError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
