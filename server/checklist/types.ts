import type { ChecklistRunRow } from "@/db/queries/checklist";
import type { EvidenceImage, EvidenceStep } from "@/server/domain/checklist";
import type { FailureMode } from "@/server/domain/failure-modes";
import type { ChecklistPolicy } from "@/server/domain/gates-policy";
import type { GenerationDetail } from "@/server/domain/generation-view";
import type { Gateway } from "@/server/gateway/gateway";
import type { Principal, SubmitInput } from "@/server/gateway/types";
import type { ImageService } from "@/server/images/image-service";
import type { Operator, RolloutDeps } from "@/server/rollout/types";

/** What running a checklist works with, besides what moves traffic. */
export interface ChecklistDeps extends RolloutDeps {
  gateway: Gateway;
  images: ImageService;
  /** The installation's secret, which signs addresses of pictures. */
  secret: Buffer;
  /** Of this process, for leases. */
  owner: string;
}

/** What an item works with. Everything it finds goes through `record`, so that a page sees it at once. */
export interface ItemContext {
  deps: ChecklistDeps;
  run: ChecklistRunRow;
  policy: ChecklistPolicy;
  principal: Principal;
  /** Who moves traffic for the run, under the name that its revisions and audit entries carry. */
  operator: Operator;
  signal: AbortSignal;
  record(step: EvidenceStep): Promise<void>;
  /**
   * Makes a generation and waits for its end. The same name in the same run is the same generation, so that a process
   * that goes on with the run pays for nothing twice.
   */
  generate(name: string, change: Partial<SubmitInput> & Pick<SubmitInput, "params">): Promise<GenerationDetail>;
  /** The bytes of a generation's first picture, from the store by its hash, with what the evidence says of it. */
  pictureOf(detail: GenerationDetail): Promise<{ bytes: Uint8Array; image: EvidenceImage }>;
}

export type ItemOutcome =
  | { state: "passed" | "skipped"; words: string }
  | { state: "failed"; words: string; failureMode: FailureMode | null };

export type RunItem = (context: ItemContext) => Promise<ItemOutcome>;

const BRAND = Symbol.for("switchyard.item-failure");

/** Ends an item as failed, in words fit for people. */
export class ItemFailure extends Error {
  readonly [BRAND] = true;
  override readonly name: string = "ItemFailure";
  constructor(
    message: string,
    readonly failureMode: FailureMode | null = null,
  ) {
    super(message);
  }
  static is(value: unknown): value is ItemFailure {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
