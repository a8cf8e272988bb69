/** One job's execution, with what tells it apart from others. */
export interface TimedJob {
  operation: string;
  gpuType: string | null;
  executionMs: number | null;
}

export interface GpuSpeed {
  /** Mean execution there by mean execution here: 0.8 is a fifth faster. */
  factor: number;
  /** Jobs there that it was measured on. */
  n: number;
}

/** Fewer on either side, and a few slow jobs would make the speed. */
const JOBS_MIN = 50;

/**
 * How long jobs take on GPUs of `there` by how long they take on those of `here`, compared within an operation, since one
 * GPU may have had the easier ones. Null: too few were measured.
 */
export function gpuSpeed(
  jobs: readonly TimedJob[],
  here: ReadonlySet<string>,
  there: ReadonlySet<string>,
): GpuSpeed | null {
  const sums = new Map<string, { here: Sum; there: Sum }>();
  for (const { operation, gpuType, executionMs } of jobs) {
    if (gpuType === null || executionMs === null) continue;
    const of = sums.get(operation) ?? { here: { n: 0, ms: 0 }, there: { n: 0, ms: 0 } };
    sums.set(operation, of);
    for (const sum of [here.has(gpuType) ? of.here : null, there.has(gpuType) ? of.there : null]) {
      if (sum === null) continue;
      sum.n += 1;
      sum.ms += executionMs;
    }
  }
  const enough = [...sums.values()].filter((of) => of.here.n >= JOBS_MIN && of.there.n >= JOBS_MIN && of.here.ms > 0);
  const n = enough.reduce((sum, of) => sum + of.there.n, 0);
  if (n === 0) return null;
  // Weighed by what is made here: that is what would move.
  const expectedMs = enough.reduce((sum, of) => sum + (of.there.ms / of.there.n) * of.here.n, 0);
  const hereMs = enough.reduce((sum, of) => sum + of.here.ms, 0);
  return { factor: expectedMs / hereMs, n };
}

interface Sum {
  n: number;
  ms: number;
}
