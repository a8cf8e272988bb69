import { FINDING_KEYS } from "./endpoint/guardian";
import { STORAGE_FINDING_KEYS, type StorageFindingKey } from "./storage-findings";
import type { WarningSubject } from "./warning";

/** All that is warned of. */
export const WARNING_KEYS = [...FINDING_KEYS, ...STORAGE_FINDING_KEYS] as const;
export type WarningKey = (typeof WARNING_KEYS)[number];

export function subjectOf(key: WarningKey): WarningSubject {
  return isOfStorage(key) ? "storage" : "endpoint";
}

const OVER: Record<StorageFindingKey, string> = {
  storage_full: "For five looks on end there was room for pictures; new requests are accepted.",
  storage_waiting: "For five looks on end no picture waited for R2 any longer.",
};

/** What it means that a warning is over. */
export function overWords(key: WarningKey): string {
  return isOfStorage(key) ? OVER[key] : "It has not been found any more for five looks on end.";
}

function isOfStorage(key: WarningKey): key is StorageFindingKey {
  return (STORAGE_FINDING_KEYS as readonly string[]).includes(key);
}
