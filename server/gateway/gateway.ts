import type { FailureMode } from "@/server/domain/failure-modes";
import type { GenerationSort } from "@/server/domain/generation-sort";
import type { GenerationDetail, GenerationSummary } from "@/server/domain/generation-view";
import type { ColdClass, GenerationState, Operation, ProviderId, Source } from "@/server/domain/vocabulary";
import type { Principal, SubmitInput } from "./types";

export interface GenerationFilter {
  environment: string;
  states?: GenerationState[];
  providers?: ProviderId[];
  operations?: Operation[];
  coldClasses?: ColdClass[];
  failureModes?: FailureMode[];
  sources?: Source[];
  fromMs?: number;
  /** Exclusive. */
  toMs?: number;
  /** Beginnings of words of the prompt, all of them, in any order; or of a generation's id, or of a provider's job id. */
  search?: string;
}

export interface GenerationPageAsked {
  cursor: string | null;
  limit: number;
  /** Default: the newest first. */
  sort?: GenerationSort;
}

export interface GenerationPage {
  rows: GenerationSummary[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

/** Chip counts: how many generations each value of a filter would show, the other filters standing. */
export interface GenerationFacets {
  total: number;
  /** The total is what was counted, and there are more: of a search, no more than so many are. */
  more: boolean;
  /** The other counts are of the newest rows only. */
  isPart: boolean;
  states: Partial<Record<GenerationState, number>>;
  providers: Partial<Record<ProviderId, number>>;
  operations: Partial<Record<Operation, number>>;
  coldClasses: Partial<Record<ColdClass, number>>;
  failureModes: Partial<Record<FailureMode, number>>;
  sources: Partial<Record<Source, number>>;
}

/** What every surface (REST, tRPC, CLI) calls. Thin surfaces: parse, call one of these, return. */
export interface Gateway {
  /**
   * Accepts a generation: one committed transaction, idempotent by the caller's key. Throws AppError: BAD_REQUEST
   * with the fields, FORBIDDEN, UNPROCESSABLE (same key, other body), NOT_CONFIGURED (names the variables),
   * OVERLOADED (with retryAfterS). Nothing is stored when it throws.
   */
  submit(input: SubmitInput): Promise<{ id: string; created: boolean }>;
  /** Throws NOT_FOUND, also for another environment's generation when the principal is bound to one. */
  get(principal: Principal, id: string): Promise<GenerationDetail>;
  list(principal: Principal, filter: GenerationFilter, page: GenerationPageAsked): Promise<GenerationPage>;
  facets(principal: Principal, filter: GenerationFilter): Promise<GenerationFacets>;
  /** Asks for the end of a generation. Harmless on one that has ended, and twice. */
  cancel(principal: Principal, id: string): Promise<GenerationDetail>;
  /** The generation now and after every change, until it is terminal or the signal aborts. */
  watch(principal: Principal, id: string, signal: AbortSignal): AsyncIterable<GenerationDetail>;
}
