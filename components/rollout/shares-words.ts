import { formatShareBp } from "@/components/format";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";

const ALL = 10_000;

/** `10% ComfyUI, 90% Scenario`. */
export function sharesWords(candidateShareBp: number): string {
  return `${formatShareBp(candidateShareBp)} ${PROVIDER_NAMES[CANDIDATE]}, ${formatShareBp(ALL - candidateShareBp)} ${PROVIDER_NAMES[CONTROL]}`;
}
