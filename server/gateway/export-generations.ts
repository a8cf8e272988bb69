import type { Database } from "@/db/client";
import { exportGenerations } from "@/db/queries/export-generations";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { type ExportFormat, exportHead, exportLines } from "./export-format";
import type { GenerationFilter } from "./gateway";
import type { Principal } from "./types";

/** Rows looked at by one statement: a second of a small machine would hold ten times as many. */
const STEP_ROWS = 2_000;

/** The whole view as text, newest first, piece by piece as it is asked for. Rights are checked before the first. */
export function exportView(
  db: Database,
  principal: Principal,
  filter: GenerationFilter,
  format: ExportFormat,
): AsyncGenerator<string> {
  requireScope(principal, "read");
  requireEnvironment(principal, filter.environment);
  return write(db, filter, format);
}

async function* write(db: Database, filter: GenerationFilter, format: ExportFormat): AsyncGenerator<string> {
  let head = exportHead(format);
  for await (const rows of exportGenerations(db, filter, STEP_ROWS)) {
    yield head + exportLines(format, rows);
    head = "";
  }
  if (head !== "") yield head;
}
