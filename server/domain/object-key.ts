/** The types that are stored, with the ending of their keys and files. */
export const STORED_EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" } as const;
export type StoredMimeType = keyof typeof STORED_EXTENSIONS;

export function isStoredMimeType(value: string): value is StoredMimeType {
  return Object.hasOwn(STORED_EXTENSIONS, value);
}

/** Where an object lies, under the data directory and in the bucket alike: `objects/ab/cd/<sha256>.<ext>`. */
export function objectKeyOf(sha256: string, mimeType: StoredMimeType): string {
  return `objects/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.${STORED_EXTENSIONS[mimeType]}`;
}
