import type { AttemptState, GenerationState, ProviderId } from "@/server/domain/vocabulary";

/** Everything that was seen of a run from outside, as plain data: what the checker judges. Times are epoch milliseconds. */
export interface History {
  /** One entry an idempotency key. */
  clients: ClientEntry[];
  database: DatabaseRows;
  /** What the sandbox knows to have been asked for. */
  jobs: ProviderJob[];
  files: StoredFile[];
  /** What the finished server gave for every picture of a succeeded generation. */
  served: ServedImage[];
  takeovers: Takeover[];
  numbers: VerifiedNumbers;
  /** Looked at after that; null where a planted bug makes it pointless. */
  imported: { stored: number; afterImport: VerifiedNumbers; afterRebuild: VerifiedNumbers } | null;
}

/** Of `switchyard verify --json`: the charts' numbers against the rows. */
export interface VerifiedNumbers {
  /** Ended generations and attempts that were compared. */
  events: number;
  differences: number;
  first: { where: string; what: string; rows: number | null; rollups: number | null } | null;
}

export interface ClientEntry {
  key: string;
  /** Unique words in the prompt, by which a provider's job is known to belong to this request. */
  tag: string;
  sends: Send[];
  /** States that the client read after acceptance. */
  sightings: { id: string; atMs: number; status: number; state: GenerationState | null }[];
}

/** One try to submit. */
export interface Send {
  atMs: number;
  tookMs: number;
  /** `broken`: the connection ended without an answer, as a killed server's does. `hung`: no answer in the client's time. */
  outcome: { kind: "answer"; status: number; id: string | null; retryAfter: boolean } | { kind: "broken" | "hung" };
}

export interface DatabaseRows {
  generations: GenerationRow[];
  attempts: AttemptRow[];
  terminalEvents: { generationId: string; kind: string; atMs: number }[];
  images: { generationId: string; position: number; sha256: string; location: "disk" | "r2"; objectKey: string }[];
  /** The nets below the engine: each must be there, or the next bug has nothing that holds it. */
  guards: { terminalEventIndex: boolean; endTrigger: boolean };
}

export interface GenerationRow {
  id: string;
  idempotencyKey: string | null;
  state: GenerationState;
  finishedAtMs: number | null;
  attemptCount: number;
  imageCount: number;
}

export interface AttemptRow {
  id: string;
  generationId: string;
  number: number;
  provider: ProviderId;
  reason: string;
  state: AttemptState;
  jobId: string | null;
  createdAtMs: number;
}

export interface ProviderJob {
  jobId: string;
  provider: ProviderId;
  prompt: string;
  submittedAtMs: number;
}

export interface StoredFile {
  /** Relative to the objects' folder. */
  path: string;
  sha256: string;
}

export interface ServedImage {
  generationId: string;
  position: number;
  status: number;
  sha256: string | null;
  decodes: boolean;
}

/** How long a generation that a dead process held waited for another one to take it up. */
export interface Takeover {
  generationId: string;
  killedAtMs: number;
  /** Null: never taken up while it was watched. */
  tookMs: number | null;
  /** Part of it in which the database was down or no worker was there who could have taken it up. */
  disturbedMs: number;
}
