import type { Database } from "@/db/client";
import { exportGenerations } from "@/db/queries/export-generations";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { GenerationSort } from "@/server/domain/generation-sort";
import { type ExportFormat, exportHead, exportLines } from "./export-format";
import type { GenerationFilter } from "./gateway";
import type { Principal } from "./types";

/** Rows looked at by one statement: a second of a small machine would hold ten times as many. */
const STEP_ROWS = 2_000;

/** The whole view as text, in its order, piece by piece as it is asked for. Rights are checked before the first. */
export function exportView(
  db: Database,
  principal: Principal,
  filter: GenerationFilter,
  as: { sort: GenerationSort; format: ExportFormat },
): AsyncGenerator<string> {
  requireScope(principal, "read");
  requireEnvironment(principal, filter.environment);
  return write(db, filter, as);
}

async function* write(
  db: Database,
  filter: GenerationFilter,
  { sort, format }: { sort: GenerationSort; format: ExportFormat },
): AsyncGenerator<string> {
  let head = exportHead(format);
  for await (const rows of exportGenerations(db, filter, { sort, stepRows: STEP_ROWS })) {
    yield head + exportLines(format, rows);
    head = "";
  }
  if (head !== "") yield head;
}
