/** What a share did over time; `too little data` where no test could tell. */
export const TRENDS = ["falling", "steady", "rising", "too_little_data"] as const;
export type Trend = (typeof TRENDS)[number];

export interface TrendVerdict {
  trend: Trend;
  /** Standard normal under "no trend"; null where it was not computed. */
  z: number | null;
  /** Observations and how many of them counted. */
  n: number;
  hits: number;
  method: string;
}

const METHOD = "Cochran-Armitage test for a trend in shares, 95%";
const Z = 1.959963984540054;
const BUCKETS_MIN = 4;
const N_MIN = 50;
const HITS_MIN = 5;

/**
 * Does a share fall or rise over buckets of equal width? Cochran (Biometrics 10, 1954, 417-451) and Armitage
 * (Biometrics 11, 1955, 375-386). Buckets without observations say nothing and keep their place in time.
 */
export function judgeTrend(buckets: readonly { hits: number; n: number }[]): TrendVerdict {
  const n = buckets.reduce((sum, bucket) => sum + bucket.n, 0);
  const hits = buckets.reduce((sum, bucket) => sum + bucket.hits, 0);
  const filled = buckets.filter((bucket) => bucket.n > 0).length;
  const base = { n, hits, method: METHOD };
  if (filled < BUCKETS_MIN || n < N_MIN || (hits > 0 && hits < HITS_MIN))
    return { ...base, trend: "too_little_data", z: null };
  if (hits === 0 || hits === n) return { ...base, trend: "steady", z: 0 };
  const share = hits / n;
  const middle = buckets.reduce((sum, bucket, time) => sum + bucket.n * time, 0) / n;
  const excess = buckets.reduce((sum, bucket, time) => sum + (time - middle) * bucket.hits, 0);
  const spread = buckets.reduce((sum, bucket, time) => sum + bucket.n * (time - middle) ** 2, 0);
  const z = excess / Math.sqrt(share * (1 - share) * spread);
  return { ...base, trend: z > Z ? "rising" : z < -Z ? "falling" : "steady", z };
}
