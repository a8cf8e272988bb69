import { formatShareBp } from "@/components/format";
import { CANDIDATE, CONTROL, PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";

const ALL = 10_000;

/** Who serves most, and its share in basis points. At exactly half the control is named: it was there first. */
export function leader(candidateShareBp: number): { provider: ProviderId; shareBp: number } {
  return candidateShareBp > ALL / 2
    ? { provider: CANDIDATE, shareBp: candidateShareBp }
    : { provider: CONTROL, shareBp: ALL - candidateShareBp };
}

export function servingHeadline(candidateShareBp: number): string {
  const { provider, shareBp } = leader(candidateShareBp);
  return `${PROVIDER_NAMES[provider]} serves ${formatShareBp(shareBp)} of traffic`;
}
