export interface Quantiles {
  n: number;
  p50: number;
  p99: number;
  max: number;
}

export interface DrillFigures {
  rps: number;
  instances: number;
  flips: number;
  database: "embedded" | "outside";
  accepted: number;
  refused: number;
  /** Intents on the candidate, not named by a request, after a rollback had committed: the promise is 0. */
  lateIntents: number;
  /** Press (request sent) to the answer that says it is committed. */
  pressToCommitMs: Quantiles;
  /** Commit to the last job that the candidate received by an intent from before it; negative: before the commit. */
  commitToLastJobMs: Quantiles;
  /** Commit to the first intent on the control. */
  commitToFirstNewMs: Quantiles;
  /** Jobs at the candidate at the moment of a commit, over all flips, and what became of them. */
  inFlight: number;
  inFlightSucceeded: number;
  /** Generations that had not succeeded at the end. */
  failed: number;
  /** Why they had not, most frequent first. */
  failures: { why: string; n: number }[];
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { n: sorted.length, p50: Math.round(at(0.5)), p99: Math.round(at(0.99)), max: Math.round(sorted.at(-1) ?? 0) };
}

function line(name: string, { n, p50, p99, max }: Quantiles): string {
  return `${name.padEnd(46)} p50 ${String(p50).padStart(6)} ms   p99 ${String(p99).padStart(6)} ms   max ${String(max).padStart(6)} ms   n ${n}\n`;
}

export function formatDrill(figures: DrillFigures): string {
  const { rps, instances, flips, database, accepted, refused } = figures;
  return [
    `${flips} rollbacks at ${rps} requests/s on ${instances} instances, ${database} Postgres\n`,
    `accepted ${accepted}, refused ${refused}, not succeeded at the end ${figures.failed}\n`,
    `late submissions (intents after a commit)      ${figures.lateIntents}\n`,
    line("press to commit", figures.pressToCommitMs),
    line("commit to the candidate's last job", figures.commitToLastJobMs),
    line("commit to the first intent on the control", figures.commitToFirstNewMs),
    `in flight at the commits ${figures.inFlight}, of which succeeded there ${figures.inFlightSucceeded}\n`,
    ...figures.failures.map(({ why, n }) => `not succeeded ${String(n).padStart(6)}  ${why}\n`),
  ].join("");
}
