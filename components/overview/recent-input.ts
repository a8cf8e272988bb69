/** Asked by the page's prefetch and the browser alike: one query, one cache entry. */
export function recentInput(environment: string) {
  return { filter: { environment }, limit: 8 };
}
