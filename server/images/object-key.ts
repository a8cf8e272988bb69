import { createHash } from "node:crypto";
import type { ImageMimeType } from "./image-service";
import { mimeTypeOfExtension } from "./magic-bytes";

const KEY = /^objects\/([0-9a-f]{2})\/([0-9a-f]{2})\/([0-9a-f]{64})\.([a-z]{3,4})$/;

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Null for anything that objectKeyOf does not make: a key from a row is never used as a path unchecked. */
export function parseObjectKey(key: string): { sha256: string; mimeType: ImageMimeType } | null {
  const [, first, second, sha256, extension] = KEY.exec(key) ?? [];
  if (!sha256 || !extension || !sha256.startsWith(`${first}${second}`)) return null;
  const mimeType = mimeTypeOfExtension(extension);
  return mimeType ? { sha256, mimeType } : null;
}
