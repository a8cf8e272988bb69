interface HeaderBag {
  get(name: string): string | null;
}

/**
 * Did our own page make this request? Browsers say so in `Sec-Fetch-Site`; older ones only in `Origin`. A request that
 * changes something and says neither is refused; a plain GET without them (typed address, curl) is not.
 */
export function isSameOrigin(headers: HeaderBag, method: string): boolean {
  const reads = method === "GET" || method === "HEAD";
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || (reads && site === "none");
  const origin = headers.get("origin");
  if (origin === null) return reads;
  const host = headers.get("host");
  return URL.canParse(origin) && host !== null && new URL(origin).host === host.toLowerCase();
}
