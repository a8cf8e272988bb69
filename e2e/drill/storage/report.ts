import { type BrokenPromise, PROMISES } from "../../chaos/check/broken-promise";
import { OUTAGE, type OutageFault } from "./outage";

export interface StorageDrillFigures {
  minutes: number;
  clockFactor: number;
  instances: number;
  faults: readonly OutageFault[];
  kills: number;
  accepted: number;
  /** Of them, accepted while R2 was away. */
  acceptedInOutage: number;
  succeeded: number;
  succeededInOutage: number;
  /** Given up by their callers. */
  cancelled: number;
  /** Their process was killed at the submit and nobody can tell whether the provider took it: not sent again, by policy. */
  inDoubt: number;
  /** Why the others did not succeed, most frequent first. */
  failures: { why: string; n: number }[];
  /** At the end of the outage: pictures and bytes on disks, by instance. */
  spooled: { pictures: number; sizeBytes: number }[];
  /** Of those whose instance lived then, looked at over HTTP, and how many it gave out whole. */
  lookedAt: number;
  readable: number;
  /** From R2's return until no row said disk. */
  drainMs: number | null;
  /** Rows of pictures afterwards, and the different objects that they name. */
  pictures: number;
  objects: number;
  /** Objects that the bucket did not give back with the right hash. */
  notInBucket: number;
  stillOnDisk: number;
  /** Files that a kill left behind: copies of what is in the bucket, and bytes that no row names. */
  copiesLeft: number;
  orphansLeft: number;
  refusals: string[];
  broken: BrokenPromise[];
}

/** Generations and pictures that are not where they should be. */
export function lostOf(figures: StorageDrillFigures): number {
  const failed = figures.failures.reduce((sum, { n }) => sum + n, 0);
  return failed + figures.notInBucket + figures.stillOnDisk;
}

export function isSafe(figures: StorageDrillFigures): boolean {
  return (
    lostOf(figures) === 0 &&
    figures.readable === figures.lookedAt &&
    figures.succeededInOutage > 0 &&
    figures.refusals.length === 0 &&
    figures.broken.length === 0
  );
}

export function formatStorageDrill(figures: StorageDrillFigures): string {
  const words = OUTAGE.filter(({ fault }) => figures.faults.includes(fault)).map(({ words }) => words);
  const line = (name: string, value: string | number) => `  ${name.padEnd(42)} ${value}\n`;
  return [
    `R2 away for ${figures.minutes} min of sandbox time (${figures.clockFactor} × as fast): ${words.join(", ")}\n`,
    line("instances, each with a disk of its own", figures.instances),
    line("processes killed with SIGKILL meanwhile", figures.kills),
    line("generations accepted, of them in the outage", `${figures.accepted}, ${figures.acceptedInOutage}`),
    line("  succeeded", `${figures.succeeded}, ${figures.succeededInOutage}`),
    line("  cancelled by their caller", figures.cancelled),
    line("  killed at the submit, not sent again", figures.inDoubt),
    ...figures.failures.map(({ why, n }) => line(`  NOT AS IT SHOULD: ${why}`, n)),
    line(
      "pictures on disks when R2 came back",
      figures.spooled.map(({ pictures, sizeBytes }) => `${pictures} (${(sizeBytes / 1e6).toFixed(1)} MB)`).join(" + "),
    ),
    line("  given out whole by living instances", `${figures.readable} of ${figures.lookedAt} looked at`),
    line(
      "R2 back to an empty spool",
      figures.drainMs === null ? "NOT EMPTY" : `${(figures.drainMs / 1000).toFixed(1)} s`,
    ),
    line("pictures afterwards, different objects", `${figures.pictures}, ${figures.objects}`),
    line("  in R2 with the right hash", figures.objects - figures.notInBucket),
    line("  rows that still say disk", figures.stillOnDisk),
    line("files left by kills: copies, unnamed", `${figures.copiesLeft}, ${figures.orphansLeft}`),
    ...figures.refusals.slice(0, 10).map((refusal) => line("REFUSED", refusal)),
    ...figures.broken
      .slice(0, 20)
      .map(({ promise, subject, what }) => line(`BROKEN ${promise} (${PROMISES[promise]})`, `${subject} ${what}`)),
    isSafe(figures)
      ? `verdict: ${lostOf(figures)} lost; every accepted generation ended as it should and every picture is in R2\n`
      : `verdict: NOT SAFE, ${lostOf(figures)} lost\n`,
  ].join("");
}
