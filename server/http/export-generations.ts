import { exportView } from "@/server/gateway/export-generations";
import type { Route } from "./call";
import { readExportQuery } from "./read-generations";
import { streamPieces } from "./stream-pieces";

const TYPES = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
} as const;

/** The view as a file of any length. */
export const exportGenerationsRoute: Route = {
  method: "GET",
  path: "/api/v1/generations/export",
  access: "read",
  session: true,
  handle(call) {
    const { filter, sort, format } = readExportQuery(call);
    const made = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
    return streamPieces(call, exportView(call.runtime.db, call.principal, filter, { sort, format }), {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="generations-${filter.environment}-${made}.${format}"`,
    });
  },
};
