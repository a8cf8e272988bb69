import type { Readable } from "node:stream";

/** Bytes on their way into a store; a try that failed opens them anew. */
export interface ObjectSource {
  sizeBytes: number;
  open(): Uint8Array | Readable;
}

export function fromBytes(bytes: Uint8Array): ObjectSource {
  return { sizeBytes: bytes.byteLength, open: () => bytes };
}
