/** What callers and instances meet of R2 in the outage, one after the other, as parts of its length. */
export const OUTAGE = [
  { fault: "unavailable", part: 0.4, words: "503" },
  { fault: "reset", part: 0.2, words: "broken connections" },
  { fault: "hang", part: 0.2, words: "no answer" },
  { fault: "forbidden", part: 0.2, words: "403" },
] as const;

export type OutageFault = (typeof OUTAGE)[number]["fault"];

/** The sandbox's rules for an outage of so many of its seconds from now on. */
export function outageRules(faults: readonly OutageFault[], lengthS: number): Record<string, unknown>[] {
  const phases = OUTAGE.filter(({ fault }) => faults.includes(fault));
  const whole = phases.reduce((sum, { part }) => sum + part, 0);
  let fromS = 0;
  return phases.map(({ fault, part }, at) => {
    // The last one lasts until somebody takes it away: none may end before the outage does.
    const untilS = at === phases.length - 1 ? undefined : fromS + (part / whole) * lengthS;
    const rule = { fault, provider: "s3", fromS, ...(untilS === undefined ? {} : { untilS }) };
    fromS = untilS ?? lengthS;
    return rule;
  });
}
