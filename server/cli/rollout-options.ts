import { checkReason } from "@/server/rollout/check-reason";
import { usageError } from "./exit-codes";
import { parseWhole } from "./parse";

export const ENVIRONMENT_FLAGS = "--env, --environment <name>";
export const ENVIRONMENT_ABOUT = "default: the installation's";
export const REVISIONS_MAX = 2_147_483_647;

/** Basis points of `10`, `10%` or `12.34 %`. Throws a usage error naming the rule. */
export function parseShare(text: string): number {
  const match = /^(\d{1,3})(?:\.(\d{1,2}))?\s*%?$/.exec(text.trim());
  // Counted in digits: 12.34 × 100 is not 1234 in floating point.
  const shareBp = match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : Number.NaN;
  if (!(shareBp <= 10_000))
    throw usageError("share", `must be from 0 to 100 % with at most two decimals, not "${text}"`);
  return shareBp;
}

/** The reason without its outer spaces; it is asked for. Throws BAD_REQUEST naming the rule. */
export function requireReason(reason: string | undefined): string {
  if (reason === undefined) throw usageError("--reason", "is needed: why, in at least 8 characters");
  return checkReason(reason);
}

/** `--override override`: a word that nobody types by accident. */
export function parseOverride(word: string | undefined): boolean {
  if (word !== undefined && word !== "override")
    throw usageError("--override", `must be followed by the word override, not "${word}"`);
  return word !== undefined;
}

export function parseSeen(text: string | undefined): number | null {
  return text === undefined ? null : parseWhole("--seen", text, 1, REVISIONS_MAX);
}
