import type { Mapping } from "@/server/domain/history/mapping";
import { type ImportSource, readRows } from "./read-rows";

const PROBLEMS_KEPT = 20;

export interface LineProblem {
  line: number;
  field: string;
  /** The file's own name of it; null where a constant or nothing stands for it. */
  column: string | null;
  rule: string;
}

/** What a file holds, before anything of it is stored. */
export interface FileCheck {
  fileHash: string;
  sizeBytes: number;
  mapping: Mapping;
  rows: number;
  badRows: number;
  /** The first of them. */
  problems: LineProblem[];
  /** Good rows by operation and state: `txt2img succeeded`. */
  counts: Record<string, number>;
  images: number;
  /** Good rows that succeeded without a number of pictures, or without a latency. */
  unknownImages: number;
  unknownLatency: number;
  firstAtMs: number | null;
  lastAtMs: number | null;
}

export interface ReadProgress {
  rows: number;
  sizeBytes: number;
}

/** Reads the whole file once. Throws UNPROCESSABLE with the line where it is unfit as a whole. */
export async function checkFile(
  source: ImportSource,
  nowMs: number,
  { onRow, signal }: { onRow?: (progress: ReadProgress) => void; signal?: AbortSignal } = {},
): Promise<FileCheck> {
  const reading = readRows(source, nowMs);
  const counts: Record<string, number> = {};
  const problems: LineProblem[] = [];
  const sums = { rows: 0, badRows: 0, images: 0, unknownImages: 0, unknownLatency: 0 };
  let firstAtMs: number | null = null;
  let lastAtMs: number | null = null;
  for await (const { line, row } of reading.rows) {
    signal?.throwIfAborted();
    sums.rows += 1;
    onRow?.({ rows: sums.rows, sizeBytes: reading.sizeBytes() });
    if (Array.isArray(row)) {
      sums.badRows += 1;
      for (const { field, rule } of row)
        if (problems.length < PROBLEMS_KEPT)
          problems.push({ line, field, column: columnOf(reading.mapping(), field), rule });
      continue;
    }
    const name = `${row.operation} ${row.state}`;
    counts[name] = (counts[name] ?? 0) + 1;
    sums.images += row.images ?? 0;
    if (row.images === null) sums.unknownImages += 1;
    if (row.state === "succeeded" && row.latencyMs === null) sums.unknownLatency += 1;
    firstAtMs = Math.min(firstAtMs ?? row.createdAtMs, row.createdAtMs);
    lastAtMs = Math.max(lastAtMs ?? row.createdAtMs, row.createdAtMs);
  }
  const { mapping, sizeBytes, fileHash } = reading;
  return {
    ...sums,
    fileHash: fileHash(),
    sizeBytes: sizeBytes(),
    mapping: mapping(),
    problems,
    counts,
    firstAtMs,
    lastAtMs,
  };
}

function columnOf({ fields }: Mapping, field: string): string | null {
  const rule = Object.entries(fields).find(([name]) => name === field)?.[1];
  return rule !== undefined && "column" in rule ? rule.column : null;
}
