import type { GenerationState } from "@/server/domain/vocabulary";
import { type BrokenPromise, groupBy, PROMISES } from "./check/broken-promise";
import type { History } from "./history";
import type { KillCounts } from "./nemesis";
import type { ChaosSettings } from "./settings";

export interface ChaosReport {
  seed: number;
  plantedBug: ChaosSettings["plantedBug"];
  tookMs: number;
  kills: KillCounts & { total: number };
  /** How often the process died at each debug point. */
  points: Record<string, number>;
  accepted: number;
  requests: number;
  states: Partial<Record<GenerationState, number>>;
  attempts: number;
  attemptStates: Record<string, number>;
  providerJobs: number;
  /** Jobs whose id was never written: found by nobody, explained by their intent. */
  unmatchedJobs: number;
  pictures: number;
  /** Ended generations and attempts whose numbers were compared with the charts'. */
  verifiedEvents: number;
  /** Of history, stored before the numbers were compared once more; null where they were not. */
  importedRows: number | null;
  /** Of those that nothing disturbed: the database was there and so was another worker. */
  takeoverMs: Spread;
  /** Of all, without the time of the disturbance. */
  workedTakeoverMs: Spread;
  disturbedTakeovers: number;
  answerMs: Spread;
  startMs: Spread;
  refusals: string[];
  broken: BrokenPromise[];
}

export interface Spread {
  n: number;
  p50: number | null;
  p99: number | null;
  max: number | null;
}

export function spreadOf(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return value === undefined ? null : Math.round(value);
  };
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function toReport(input: {
  settings: ChaosSettings;
  history: History;
  kills: KillCounts;
  points: Map<string, number>;
  startsMs: number[];
  refusals: string[];
  broken: BrokenPromise[];
  tookMs: number;
}): ChaosReport {
  const { settings, history, kills, broken } = input;
  const { generations, attempts, images } = history.database;
  const known = new Set(attempts.map((attempt) => attempt.jobId));
  const sends = history.clients.flatMap((entry) => entry.sends);
  return {
    seed: settings.seed,
    plantedBug: settings.plantedBug,
    tookMs: Math.round(input.tookMs),
    kills: { ...kills, total: kills.points + kills.timed + kills.database },
    points: Object.fromEntries([...input.points].sort(([a], [b]) => a.localeCompare(b))),
    accepted: generations.length,
    requests: sends.length,
    states: countBy(generations.map((row) => row.state)),
    attempts: attempts.length,
    attemptStates: countBy(attempts.map((row) => row.state)),
    providerJobs: history.jobs.length,
    unmatchedJobs: history.jobs.filter((job) => !known.has(job.jobId)).length,
    pictures: images.length,
    verifiedEvents: history.numbers.events,
    importedRows: history.imported?.stored ?? null,
    takeoverMs: spreadOf(
      history.takeovers.flatMap(({ tookMs, disturbedMs }) => (tookMs === null || disturbedMs > 0 ? [] : [tookMs])),
    ),
    workedTakeoverMs: spreadOf(
      history.takeovers.flatMap(({ tookMs, disturbedMs }) => (tookMs === null ? [] : [tookMs - disturbedMs])),
    ),
    disturbedTakeovers: history.takeovers.filter(({ disturbedMs }) => disturbedMs > 0).length,
    answerMs: spreadOf(sends.flatMap(({ outcome, tookMs }) => (outcome.kind === "answer" ? [tookMs] : []))),
    startMs: spreadOf(input.startsMs),
    refusals: input.refusals,
    broken,
  };
}

/** For people: figures first, then what broke, at most ten of each promise. */
export function formatReport(report: ChaosReport): string {
  const { kills, takeoverMs, answerMs, startMs } = report;
  const points = Object.entries(report.points);
  const never = points.filter(([, hits]) => hits === 0).map(([name]) => name);
  const lines = [
    `chaos, seed ${report.seed}${report.plantedBug ? `, with the planted bug ${report.plantedBug}` : ""}: ${(report.tookMs / 1000).toFixed(0)} s`,
    `  killed     ${kills.total} (${kills.points} at debug points, ${kills.timed} at any moment, ${kills.database} PostgreSQL), ${kills.pauses} after a long stop`,
    `  points     ${points.length - never.length} of ${points.length} hit${never.length > 0 ? `; never: ${never.join(", ")}` : ""}`,
    `  accepted   ${report.accepted} generations in ${report.requests} requests: ${pairs(report.states)}`,
    `  attempts   ${report.attempts}: ${pairs(report.attemptStates)}`,
    `  jobs       ${report.providerJobs} at the providers, ${report.unmatchedJobs} whose id we never learnt`,
    `  pictures   ${report.pictures} stored, fetched and decoded`,
    `  numbers    of ${report.verifiedEvents} ended generations and attempts compared with the summaries${report.importedRows === null ? "" : `; again after an import of ${report.importedRows} rows, and after a rebuild`}`,
    `  takeover   ${spreadText(takeoverMs)}`,
    `             ${report.disturbedTakeovers} more while the database or every worker was down; without that time max ${report.workedTakeoverMs.max} ms`,
    `  answers    ${spreadText(answerMs)}`,
    `  starts     ${spreadText(startMs)}`,
  ];
  for (const crash of kills.crashes) lines.push(`  CRASHED    ${crash}`);
  for (const refusal of report.refusals.slice(0, 10)) lines.push(`  REFUSED    ${refusal}`);
  for (const [promise, broken] of groupBy(report.broken, (entry) => entry.promise)) {
    lines.push(`  BROKEN ${promise}  ${PROMISES[promise]}: ${broken.length} times`);
    for (const { subject, what } of broken.slice(0, 10)) lines.push(`    ${subject} ${what}`);
    if (broken.length > 10) lines.push(`    … and ${broken.length - 10} more`);
  }
  if (isKept(report)) lines.push("  every promise kept (P1 to P6, P8, P9)");
  return `${lines.join("\n")}\n`;
}

/** Nothing broken, nobody crashed, and no caller was turned away. */
export function isKept(report: ChaosReport): boolean {
  return report.broken.length === 0 && report.kills.crashes.length === 0 && report.refusals.length === 0;
}

function spreadText({ n, p50, p99, max }: Spread): string {
  return n === 0 ? "none" : `n ${n}, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}

function countBy<T extends string>(words: T[]): Record<T, number> {
  const counts = {} as Record<T, number>; // filled below; a word that does not occur is absent
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function pairs(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([word, n]) => `${n} ${word}`)
    .join(", ");
}
