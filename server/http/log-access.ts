import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "@/server/log";
import { addressOf } from "./auth-routes";

interface Access {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  route: string;
  requestId: string;
  durationMs: number;
}

/**
 * A line a request. Our own routes are named by their pattern and pages by their path: queries and capabilities
 * reach no log. What only reads and succeeds is logged at `debug`, or pictures and pages would drown the rest.
 */
export function logAccess(log: Log, { incoming, outgoing, route, requestId, durationMs }: Access): void {
  const status = outgoing.statusCode;
  const fields = {
    method: incoming.method,
    path: route === "page" ? (incoming.url ?? "").split("?", 1)[0]?.slice(0, 200) : route,
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    address: addressOf(incoming),
    requestId,
    ...(outgoing.writableFinished ? {} : { aborted: true }),
  };
  const reads = incoming.method === "GET" || incoming.method === "HEAD";
  if (status >= 500) log.warn("http", fields);
  else if (status >= 400 || !reads) log.info("http", fields);
  else log.debug("http", fields);
}
