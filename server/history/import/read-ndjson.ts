import { fileProblem } from "./file-problem";
import type { FileRow } from "./read-csv";

const LINE_MAX_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** The objects of a file with one a line. Throws UNPROCESSABLE with the line that holds none. */
export async function* readNdjson(chunks: AsyncGenerator<Buffer>): AsyncGenerator<FileRow> {
  let line = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const take = (end: Buffer): FileRow | null => {
    line += 1;
    const text = Buffer.concat([...begun, end]).toString("utf8");
    begun = [];
    begunBytes = 0;
    return toRow(line, line === 1 ? text.replace(/^\uFEFF/, "") : text);
  };
  for await (const chunk of chunks) {
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      const row = take(chunk.subarray(at, end));
      if (row !== null) yield row;
      at = end + 1;
    }
    begun.push(chunk.subarray(at));
    begunBytes += chunk.length - at;
    if (begunBytes > LINE_MAX_BYTES)
      throw fileProblem(line + 1, "is longer than 1 MiB: one JSON object a line is expected");
  }
  const last = begunBytes > 0 ? take(Buffer.alloc(0)) : null;
  if (last !== null) yield last;
}

function toRow(line: number, text: string): FileRow | null {
  if (text.trim() === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fileProblem(line, "is no JSON: one JSON object a line is expected");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw fileProblem(line, "must be a JSON object");
  return { line, values: value as Record<string, unknown> }; // an object that is no list
}
