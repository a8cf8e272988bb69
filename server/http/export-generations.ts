import { once } from "node:events";
import { exportView } from "@/server/gateway/export-generations";
import { API_HEADERS } from "./answer";
import type { KeyedCall, Route } from "./call";
import { readExportQuery } from "./read-generations";

const TYPES = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
} as const;

/** The view as a file of any length. A reader that is slow makes us slow, one that leaves ends the work. */
export const exportGenerationsRoute: Route = {
  method: "GET",
  path: "/api/v1/generations/export",
  access: "read",
  session: true,
  handle: streamExport,
};

async function streamExport(call: KeyedCall): Promise<void> {
  const { runtime, principal, outgoing, signal, requestId } = call;
  const { filter, sort, format } = readExportQuery(call);
  const pieces = exportView(runtime.db, principal, filter, { sort, format });
  // The first piece is read before the answer begins, so that a database which is away is an honest 503.
  let piece = await pieces.next();
  const made = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  outgoing.writeHead(200, {
    ...API_HEADERS,
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="generations-${filter.environment}-${made}.${format}"`,
    "x-accel-buffering": "no",
  });
  try {
    for (; !piece.done && !signal.aborted; piece = await pieces.next())
      if (piece.value !== "" && !outgoing.write(piece.value)) await once(outgoing, "drain", { signal });
    if (!signal.aborted) outgoing.end();
  } catch (error) {
    if (!signal.aborted) runtime.log.warn("an export broke off", { requestId, error });
  } finally {
    await pieces.return(undefined);
    // Half a file must not look like a whole one: without the last chunk, a client sees that it broke off.
    if (!outgoing.writableEnded) outgoing.destroy();
  }
}
