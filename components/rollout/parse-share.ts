const RULE = "Must be from 0 to 100, with at most two decimals.";

/** What was typed as a share of traffic, in basis points; or the rule that it breaks. A comma counts as a point. */
export function parseShare(text: string): { shareBp: number; problem: null } | { shareBp: null; problem: string } {
  const words = text.trim().replace(/\s*%$/, "").replace(",", ".");
  if (!/^\d{1,3}(\.\d{0,2})?$/.test(words)) return { shareBp: null, problem: RULE };
  const shareBp = Math.round(Number(words) * 100);
  return shareBp > 10_000 ? { shareBp: null, problem: RULE } : { shareBp, problem: null };
}
