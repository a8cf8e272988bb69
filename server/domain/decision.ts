import { bucketOf } from "./split";
import { CANDIDATE, CONTROL, type ProviderId } from "./vocabulary";

/** The facts of a revision that routing needs. */
export interface RoutingRevision {
  number: number;
  /** Basis points of new generations that go to the candidate, 0 to 10,000. */
  candidateShareBp: number;
  salt: string;
}

export interface PassedOver {
  provider: ProviderId;
  reason: string;
}

/**
 * Why a generation went where it went, whole enough to be decided again later: replaying it must give the same
 * provider. `bucket` is null when nothing was hashed.
 */
export interface DecisionReceipt {
  version: 1;
  /** `reported`: nothing was decided here; a caller or a file says who served. */
  rule: "forced" | "bucket" | "fallback" | "not_available" | "reported";
  revision: number;
  candidateShareBp: number;
  salt: string;
  stickyKey: string;
  bucket: number | null;
  forced: ProviderId | null;
  passedOver: PassedOver[];
  provider: ProviderId;
}

export interface DecideInput {
  revision: RoutingRevision;
  stickyKey: string;
  /** A provider that the request names; its caller was already found to have the right to choose. */
  forced: ProviderId | null;
  /** Why a provider cannot serve this operation at all (not configured, no such workflow); null when it can. */
  unavailable: Record<ProviderId, string | null>;
  /** Providers that this generation has already tried, with what came of it: set on a fallback. */
  tried?: PassedOver[];
}

/**
 * Who serves. A forced provider is never replaced. A candidate that cannot serve the operation, or has failed, is
 * passed over for the control, with the reason on the receipt. Never the other way round: what left the candidate by
 * a rollback must not come back to it by a fallback. When nobody is left the first choice stands, and the caller is
 * told why it cannot serve.
 */
export function decide(input: DecideInput): DecisionReceipt {
  const { revision, stickyKey, forced, unavailable } = input;
  const base = {
    version: 1 as const,
    revision: revision.number,
    candidateShareBp: revision.candidateShareBp,
    salt: revision.salt,
    stickyKey,
    forced,
  };
  if (forced) return { ...base, rule: "forced", bucket: null, passedOver: [], provider: forced };
  const bucket = bucketOf(revision.salt, stickyKey);
  const tried = input.tried ?? [];
  const wasTried = (provider: ProviderId) => tried.some((entry) => entry.provider === provider);
  if (bucket >= revision.candidateShareBp) {
    const rule = unavailable[CONTROL] === null ? "bucket" : "not_available";
    return { ...base, rule, bucket, passedOver: tried, provider: CONTROL };
  }
  const reason = unavailable[CANDIDATE];
  if (!wasTried(CANDIDATE) && reason === null) {
    return { ...base, rule: "bucket", bucket, passedOver: tried, provider: CANDIDATE };
  }
  const passedOver = wasTried(CANDIDATE) || reason === null ? tried : [...tried, { provider: CANDIDATE, reason }];
  if (unavailable[CONTROL] !== null || wasTried(CONTROL)) {
    return { ...base, rule: "not_available", bucket, passedOver, provider: CANDIDATE };
  }
  return { ...base, rule: "fallback", bucket, passedOver, provider: CONTROL };
}

/** Decides again from what the receipt recorded. Agreement with `receipt.provider` is what `explain` reports. */
export function replay(receipt: DecisionReceipt): ProviderId {
  if (receipt.rule === "reported") return receipt.provider;
  if (receipt.forced) return receipt.forced;
  const routed = bucketOf(receipt.salt, receipt.stickyKey) < receipt.candidateShareBp ? CANDIDATE : CONTROL;
  const leftCandidate = receipt.passedOver.some((entry) => entry.provider === CANDIDATE);
  return receipt.rule === "fallback" && routed === CANDIDATE && leftCandidate ? CONTROL : routed;
}
