import type { GenerationParams } from "@/server/domain/generation-request";
import type { ApiScope, ProviderId, Role, Source } from "@/server/domain/vocabulary";

/** Who asks, as found by the surface; verbs trust it and check what it may do. */
export interface Principal {
  /** `user:<id>` or `key:<id>`: idempotency keys and audit entries are kept by it. */
  scope: string;
  /** Fit for people: an e-mail address or an API key's name. */
  name: string;
  kind: "user" | "api_key" | "local";
  role: Role | null;
  /** An API key's scopes; a person's come from the role. */
  scopes: ApiScope[];
  /** The one environment that an API key is for; null: any. */
  environment: string | null;
}

/** A picture that a caller sent, checked and stored before the generation is accepted. */
export interface StoredInput {
  sha256: string;
  mimeType: "image/png" | "image/jpeg" | "image/webp";
  width: number;
  height: number;
  sizeBytes: number;
  location: "disk" | "r2";
  objectKey: string;
  /** Whose disk holds it; null in R2. */
  diskId: string | null;
}

/** A picture that is looked at only when nothing else stands against the request, so that a refusal leaves no file. */
export interface PendingInput {
  /** The bytes as the caller sent them, or as its address gives them. Throws what is wrong with them. */
  load(): Promise<Uint8Array>;
}

export interface SubmitInput {
  principal: Principal;
  environment: string;
  source: Source;
  params: GenerationParams;
  image: PendingInput | StoredInput | null;
  /** A provider that the request names. Needs the scope `choose_provider`. */
  provider: ProviderId | null;
  /** What keeps one user or project on one provider; null: the generation's own id. */
  stickyKey: string | null;
  idempotencyKey: string | null;
  /** Null: the environment's policy for routed requests; a forced provider is never left unless this says so. */
  fallback: boolean | null;
  /** Null: the provider's default deadline. */
  deadlineMs: number | null;
}
