const SHOWN = 20;

/** Asked by the page's prefetch and the browser alike: one query, one cache entry. */
export function lastRunsInput(environment: string) {
  return { filter: { environment, sources: ["playground" as const] }, limit: SHOWN };
}
