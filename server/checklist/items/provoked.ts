import type { EvidenceStep } from "@/server/domain/checklist";
import type { FailureMode } from "@/server/domain/failure-modes";

/** What came of one provoked fault. */
export interface Provoked {
  where: "gateway" | "provider" | "fault proxy";
  mode: FailureMode;
  words: string;
  generationId?: string;
  figures?: EvidenceStep["figures"];
  /** Why it was handled badly although its mode is right: money was spent, something was lost. */
  problem?: string;
}
