import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import type { AppError } from "@/server/errors";
import { fileProblem } from "./file-problem";

/** A cell or row longer than this is a quote that was never closed. */
const ROW_MAX_BYTES = 1024 * 1024;

export interface FileRow {
  /** Where it begins in the file, from 1. */
  line: number;
  values: Readonly<Record<string, unknown>>;
}

/**
 * The rows of a CSV file by its header, one at a time. Throws UNPROCESSABLE with the line where it is no CSV, or where
 * a column is missing or named twice; `columnsFor` is given the header and says which it needs.
 */
export async function* readCsv(
  chunks: AsyncGenerator<Buffer>,
  { delimiter, columnsFor }: { delimiter: string; columnsFor(header: readonly string[]): readonly string[] },
): AsyncGenerator<FileRow> {
  // Counted here: the parser takes "\r\n" within a cell for two lines, and says where a row ends.
  let linesTaken = 0;
  const parser = parse({
    bom: true,
    delimiter,
    max_record_size: ROW_MAX_BYTES,
    skip_empty_lines: true,
    on_record: (cells: string[], { empty_lines }) => {
      const line = linesTaken + empty_lines + 1;
      linesTaken += 1 + newlinesIn(cells);
      return [String(line), ...cells];
    },
  });
  const source = Readable.from(chunks, { objectMode: false });
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  let header: string[] | null = null;
  try {
    for await (const [line, ...cells] of parser as AsyncIterable<string[]>) {
      if (header === null) {
        header = cells.map((name) => name.trim());
        checkHeader(header, columnsFor(header));
        continue;
      }
      const values: Record<string, unknown> = {};
      for (let at = 0; at < header.length; at += 1) values[header[at] ?? ""] = cells[at];
      yield { line: Number(line), values };
    }
  } catch (error) {
    throw error instanceof CsvError ? inWords(error, header, linesTaken) : error;
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (header === null) throw fileProblem(1, "the file has no header line");
}

function checkHeader(header: readonly string[], needed: readonly string[]): void {
  const missing = needed.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const there = header
      .slice(0, 30)
      .map((name) => name.slice(0, 60))
      .join(", ");
    throw fileProblem(
      1,
      `lacks ${missing.length === 1 ? "the column" : "the columns"} ${missing.join(", ")}; it has: ${there}`,
    );
  }
  const twice = needed.find((name) => header.indexOf(name) !== header.lastIndexOf(name));
  if (twice !== undefined) throw fileProblem(1, `has the column ${twice} twice`);
}

/** A row stands on more than one line where its cells hold newlines. */
function newlinesIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) count += 1;
  return count;
}

function inWords(error: CsvError, header: readonly string[] | null, linesTaken: number): AppError {
  // Where the row begins that could not be read: after all that were.
  const line = linesTaken + (typeof error.empty_lines === "number" ? error.empty_lines : 0) + 1;
  const cells = Array.isArray(error.record) ? error.record.length : null;
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH":
    case "CSV_RECORD_INCONSISTENT_COLUMNS":
      return fileProblem(
        line,
        `has ${cells ?? "another number of"} cells, and the header ${header?.length ?? "another number"}`,
      );
    case "CSV_QUOTE_NOT_CLOSED":
      return fileProblem(line, "a quote is opened and never closed");
    case "CSV_MAX_RECORD_SIZE":
      return fileProblem(line, "a row is longer than 1 MiB: is there a quote that is never closed?");
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return fileProblem(
        line,
        "a quote stands in the middle of a cell: a cell with quotes is quoted, and its quotes doubled",
      );
    default:
      return fileProblem(line, "is no CSV");
  }
}
