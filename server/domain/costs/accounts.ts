import type { CostKind } from "@/server/domain/vocabulary";

/** Where money of the ledger is booked. Each cost line belongs to one account, so accounts add up to the cost. */
export const ACCOUNTS = [
  "execution",
  "start_up",
  "idle_tail",
  "failed",
  "cancelled",
  "reserved",
  "fallback",
  "synthetic",
  /** Work that would be sent to a provider beside the one that serves. Nothing sends any today. */
  "shadow",
  "standing_worker",
  "storage",
  "unexplained",
] as const;
export type Account = (typeof ACCOUNTS)[number];

/** Why a line's attempt was made: for a caller, for a caller at the control after the candidate failed, or to try out. */
export const PURPOSES = ["caller", "fallback", "trial"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What was tried out is kept apart whatever it went to: no caller's picture came of it. */
export function accountOf(kind: CostKind, purpose: Purpose): Account {
  if (purpose === "trial") return "synthetic";
  if (kind === "generation" || kind === "execution") return purpose === "fallback" ? "fallback" : "execution";
  return kind;
}

/** What money went to, as people review it: accounts that are read together. */
export const COST_PARTS = [
  "compute",
  "coldStarts",
  "idle",
  "unsuccessful",
  "fallback",
  "trials",
  "standing",
  "storage",
  "unexplained",
] as const;
export type CostPart = (typeof COST_PARTS)[number];

export const PART_OF_ACCOUNT: Record<Account, CostPart> = {
  execution: "compute",
  start_up: "coldStarts",
  idle_tail: "idle",
  failed: "unsuccessful",
  cancelled: "unsuccessful",
  reserved: "unsuccessful",
  fallback: "fallback",
  synthetic: "trials",
  shadow: "trials",
  standing_worker: "standing",
  storage: "storage",
  unexplained: "unexplained",
};

export const COST_PART_NAMES: Record<CostPart, string> = {
  compute: "Compute",
  coldStarts: "Start-up (cold starts)",
  idle: "Idle time-out",
  unsuccessful: "Failed and cancelled",
  fallback: "Fallback",
  trials: "Playground and checklist",
  standing: "Standing workers",
  storage: "Storage",
  unexplained: "Billed, not explained",
};

export function perAccount(pick: (account: Account) => number): Record<Account, number> {
  return Object.fromEntries(ACCOUNTS.map((account) => [account, pick(account)])) as Record<Account, number>;
}

export function perPart(pick: (part: CostPart) => number): Record<CostPart, number> {
  return Object.fromEntries(COST_PARTS.map((part) => [part, pick(part)])) as Record<CostPart, number>;
}
