import { createServer } from "node:net";

/**
 * The first port that can be listened on, from `wanted` upwards; any free one for 0. Throws when none of the next
 * hundred is free, or when the host is not ours.
 */
export async function findFreePort(wanted: number, host: string): Promise<number> {
  if (wanted === 0) return (await tryPort(0, host)) ?? fail(0, host);
  for (let port = wanted; port < Math.min(wanted + 100, 65_536); port += 1) {
    if ((await tryPort(port, host)) !== null) return port;
  }
  return fail(wanted, host);
}

function fail(wanted: number, host: string): never {
  throw new Error(`no free port on ${host} from ${wanted} on`);
}

/** The port if it could be had, null if another program has it or it is reserved. */
function tryPort(port: number, host: string): Promise<number | null> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") done(null);
      else fail(new Error(`HOST ${host} can't be listened on: ${error.message}`));
    });
    probe.listen({ port, host, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => done(address === null || typeof address === "string" ? null : address.port));
    });
  });
}
