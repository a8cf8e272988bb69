/** Rows asked for at a time, by the page's prefetch and the browser alike: one query, one cache entry. */
export const PAGE_SIZE = 100;
