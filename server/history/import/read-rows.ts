import { checkImportedRow, type HistoryRow, type RowProblem } from "@/server/domain/history/history-row";
import { applyMapping, columnsOf, type Mapping, mappingByName, missingFields } from "@/server/domain/history/mapping";
import type { ProviderId } from "@/server/domain/vocabulary";
import { fileProblem } from "./file-problem";
import { readBytes } from "./read-bytes";
import { readCsv } from "./read-csv";
import { readNdjson } from "./read-ndjson";

export interface ImportSource {
  path: string;
  format: "csv" | "ndjson";
  /** Null: columns or members are named as the fields of a report. */
  mapping: Mapping | null;
  /** Whose rows these are, over what the mapping says. */
  provider: ProviderId | null;
}

/** A row, or every rule that it breaks. `number` counts rows from 1, `line` the file's lines. */
export interface NumberedRow {
  number: number;
  line: number;
  row: HistoryRow | RowProblem[];
}

export interface RowReading {
  rows: AsyncGenerator<NumberedRow>;
  /** As it was applied; known once a row was read. */
  mapping(): Mapping;
  sizeBytes(): number;
  fileHash(): string;
}

/** The file's rows, judged one by one in bounded memory. Throws UNPROCESSABLE with the line where it is unfit as a whole. */
export function readRows(source: ImportSource, nowMs: number): RowReading {
  const bytes = readBytes(source.path);
  let mapping = source.mapping === null ? mappingByName(null) : source.mapping;
  const settle = (columns: readonly string[] | null) => {
    if (source.mapping === null) mapping = mappingByName(columns);
    if (source.provider !== null)
      mapping = { ...mapping, fields: { ...mapping.fields, provider: { value: source.provider } } };
    const missing = missingFields(mapping);
    if (missing.length > 0)
      throw fileProblem(
        1,
        `nothing gives ${missing.join(", ")}: name the columns with --map${missing.includes("provider") ? ", and the provider with --provider" : ""}`,
      );
    return columnsOf(mapping);
  };
  async function* rows(): AsyncGenerator<NumberedRow> {
    let number = 0;
    if (source.format === "ndjson") settle(null);
    const lines =
      source.format === "ndjson"
        ? readNdjson(bytes.chunks)
        : readCsv(bytes.chunks, { delimiter: source.mapping?.delimiter ?? ",", columnsFor: settle });
    for await (const { line, values } of lines) {
      number += 1;
      const fields = applyMapping(mapping, values);
      fields.id ??= `row ${number}`;
      yield { number, line, row: checkImportedRow(fields, nowMs) };
    }
  }
  return { rows: rows(), mapping: () => mapping, sizeBytes: bytes.sizeBytes, fileHash: bytes.fileHash };
}
