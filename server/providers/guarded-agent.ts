import { lookup as dnsLookup } from "node:dns";
import { Agent, buildConnector } from "undici";
import { refusedAddress } from "./address-rule";
import { CONNECT_TIMEOUT_MS } from "./http";

/** All addresses of a name; throws when there is none. */
export type LookupAll = (hostname: string) => Promise<string[]>;

export interface GuardOptions {
  /** For the sandbox, whose servers are on loopback. Private networks stay refused. */
  allowLoopback?: boolean;
  /** Host names (or addresses) that the operator vouches for, whatever they resolve to. */
  allowHosts?: readonly string[];
  lookup?: LookupAll;
}

/** The connection was refused by us, before it was made. */
export class AddressRefused extends Error {
  override readonly name: string = "AddressRefused";
  readonly code = "ADDRESS_REFUSED";
}

const systemLookup: LookupAll = (hostname) =>
  new Promise((resolve, reject) => {
    dnsLookup(hostname, { all: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses.map((entry) => entry.address));
    });
  });

/**
 * An agent that connects to public addresses only. The check sits in the connector and not in a `lookup` option,
 * which is never called for a host that is an address already; and the connection goes to the very address that was
 * checked, so a name cannot resolve to another one in between.
 */
export function createGuardedAgent(options: GuardOptions = {}): Agent {
  const lookup = options.lookup ?? systemLookup;
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS });
  return new Agent({
    keepAliveTimeout: 4_000,
    connect: (target, callback) => {
      checkedAddress(target.hostname, options, lookup).then(
        (address) => {
          // The certificate must be the name's, not the address's.
          const servername = target.servername || (address === target.hostname ? undefined : target.hostname);
          connect({ ...target, hostname: address, servername }, callback);
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );
    },
  });
}

async function checkedAddress(hostname: string, options: GuardOptions, lookup: LookupAll): Promise<string> {
  if (options.allowHosts?.includes(hostname)) return hostname;
  const refuse = (address: string) => {
    const why = refusedAddress(address, options);
    if (why) throw new AddressRefused(`${hostname} ${why}`);
  };
  refuse(hostname);
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ""));
  // One bad address among several is enough: which one is reached would be chance.
  for (const address of addresses) refuse(address);
  const [first] = addresses;
  if (first === undefined) throw new AddressRefused(`${hostname} has no address`);
  return first;
}
