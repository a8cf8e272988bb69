import { desc } from "drizzle-orm";
import type { Database } from "@/db/client";
import { imports } from "@/db/schema";

export interface ImportView {
  id: string;
  environment: string;
  fileName: string;
  fileHash: string;
  sizeBytes: number;
  mappingName: string;
  state: "loading" | "done";
  totalRows: number;
  rowCount: number;
  storedCount: number;
  counts: Record<string, number>;
  firstAtMs: number | null;
  lastAtMs: number | null;
  createdBy: string;
  createdAtMs: number;
  finishedAtMs: number | null;
}

/** Newest first. */
export async function listImports(db: Database): Promise<ImportView[]> {
  const rows = await db.select().from(imports).orderBy(desc(imports.createdAt)).limit(200);
  return rows.map(({ firstAt, lastAt, createdAt, finishedAt, mapping: _, skipsBad: _bad, ...rest }) => ({
    ...rest,
    firstAtMs: firstAt?.getTime() ?? null,
    lastAtMs: lastAt?.getTime() ?? null,
    createdAtMs: createdAt.getTime(),
    finishedAtMs: finishedAt?.getTime() ?? null,
  }));
}
