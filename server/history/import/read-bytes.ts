import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileProblem } from "./file-problem";

const NEWLINE = 0x0a;

export interface ByteReading {
  chunks: AsyncGenerator<Buffer>;
  /** Of all that was read so far. */
  sizeBytes(): number;
  /** SHA-256 (hex), once all is read. */
  fileHash(): string;
}

/** A file's bytes, refused with the line of the first that is no UTF-8. Keeps a chunk at a time. */
export function readBytes(path: string): ByteReading {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  async function* chunks(): AsyncGenerator<Buffer> {
    let lines = 1;
    let begun = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      const bytes = chunk as Buffer; // without an encoding the stream gives nothing else
      if (sizeBytes === 0) refuseOtherFormats(bytes);
      hash.update(bytes);
      sizeBytes += bytes.length;
      const text = begun.length === 0 ? bytes : Buffer.concat([begun, bytes]);
      const whole = text.length - openBytes(text);
      checkText(text.subarray(0, whole), lines);
      lines += newlines(text.subarray(0, whole));
      begun = Buffer.from(text.subarray(whole));
      yield bytes;
    }
    if (begun.length > 0) throw notUtf8(lines);
    if (sizeBytes === 0) throw fileProblem(1, "the file is empty");
  }
  return { chunks: chunks(), sizeBytes: () => sizeBytes, fileHash: () => hash.digest("hex") };
}

function refuseOtherFormats(bytes: Buffer): void {
  const [first, second] = bytes;
  if (first === 0x1f && second === 0x8b) throw fileProblem(1, "the file is compressed (gzip): unpack it first");
  if (first === 0x50 && second === 0x4b)
    throw fileProblem(1, "the file is a ZIP archive or a workbook: save it as CSV");
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw fileProblem(1, "the file is UTF-16: save it as UTF-8");
}

function checkText(text: Buffer, firstLine: number): void {
  if (isUtf8(text) && !text.includes(0)) return;
  let line = firstLine;
  for (let at = 0; at < text.length; line += 1) {
    const end = text.indexOf(NEWLINE, at);
    const part = text.subarray(at, end < 0 ? text.length : end);
    if (!isUtf8(part)) throw notUtf8(line);
    if (part.includes(0)) throw fileProblem(line, "there is a NUL byte: this is no text file");
    if (end < 0) return;
    at = end + 1;
  }
}

const notUtf8 = (line: number) => fileProblem(line, "is not UTF-8: save the file as UTF-8");

/** Bytes at the end that begin a character whose rest comes with the next chunk. */
function openBytes(text: Buffer): number {
  for (let back = 1; back <= Math.min(3, text.length); back += 1) {
    const byte = text[text.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}

function newlines(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
