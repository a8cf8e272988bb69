import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";

/** Bytes on their way into a store; a try that failed opens them anew. */
export interface ObjectSource {
  sizeBytes: number;
  open(): Uint8Array | Readable;
}

export function fromBytes(bytes: Uint8Array): ObjectSource {
  return { sizeBytes: bytes.byteLength, open: () => bytes };
}

/** Read as it is sent, so that moving a large picture takes no memory of its size. */
export function fromFile(path: string, sizeBytes: number): ObjectSource {
  return { sizeBytes, open: () => createReadStream(path) };
}
