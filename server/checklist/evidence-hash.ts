import { createHash } from "node:crypto";
import type { ChecklistResultRow } from "@/db/queries/checklist";
import { canonicalJson } from "@/server/audit/canonical-json";

/** SHA-256 over the canonical JSON of what was found: the same text whoever writes the evidence down again. */
export function evidenceHash(
  result: Pick<ChecklistResultRow, "item" | "state" | "words" | "failureMode" | "steps">,
): string {
  const { item, state, words, failureMode, steps } = result;
  return createHash("sha256").update(canonicalJson({ item, state, words, failureMode, steps })).digest("hex");
}
