import { formatShareBp } from "@/components/format";
import type { DecisionReceipt } from "@/server/domain/decision";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";

/** Why the generation went where it went, in a sentence or two that a person can check against the revision. */
export function receiptWords(receipt: DecisionReceipt): string {
  const chosen = PROVIDER_NAMES[receipt.provider];
  const passed = receipt.passedOver.map(
    (entry) => `${PROVIDER_NAMES[entry.provider]} was passed over: ${entry.reason}.`,
  );
  switch (receipt.rule) {
    case "forced":
      return [`The request named ${chosen}, so the split was not asked.`, ...passed].join(" ");
    case "reported":
      return `It was made elsewhere: who reported it says that ${chosen} served. Nothing was decided here.`;
    case "bucket":
      return [bucketWords(receipt), ...passed].join(" ");
    case "fallback":
      return [bucketWords(receipt), ...passed, `So ${chosen} took it.`].join(" ");
    case "not_available":
      return [bucketWords(receipt), ...passed, "No provider was left to take it."].join(" ");
  }
}

function bucketWords(receipt: DecisionReceipt): string {
  const { bucket, candidateShareBp, revision, stickyKey } = receipt;
  const share = formatShareBp(candidateShareBp);
  if (bucket === null) return `Revision ${revision} sent ${share} to ${PROVIDER_NAMES[CANDIDATE]}.`;
  const side = bucket < candidateShareBp ? CANDIDATE : CONTROL;
  const relation = bucket < candidateShareBp ? "below" : "not below";
  return `Revision ${revision} sends ${share} to ${PROVIDER_NAMES[CANDIDATE]}. The key “${stickyKey}” falls in bucket ${bucket} of 10,000, ${relation} ${candidateShareBp}: ${PROVIDER_NAMES[side]}.`;
}
