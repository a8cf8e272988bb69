import ipaddr from "ipaddr.js";

/**
 * Why an address must not be connected to for somebody else, or null when it is an ordinary public one. Takes any
 * notation (`0x7f.1`, `2130706433`, `::ffff:127.0.0.1`); text that is no address at all is null too, since a name is
 * judged by what it resolves to.
 */
export function refusedAddress(text: string, options: { allowLoopback?: boolean } = {}): string | null {
  const bare = text.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (!ipaddr.isValid(bare)) return null;
  // `process` unwraps IPv4-mapped addresses, so they are judged as the IPv4 address that is reached.
  const address = ipaddr.process(bare);
  const range = address.range();
  if (range === "loopback" && options.allowLoopback) return null;
  // Only 2000::/3 is routed on the public internet; this also leaves out the old IPv4-compatible `::127.0.0.1`.
  const isGlobal = address.kind() === "ipv4" || ((address.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
  if (range === "unicast" && isGlobal) return null;
  return `is not a public address (${range === "unicast" ? "reserved" : range})`;
}
