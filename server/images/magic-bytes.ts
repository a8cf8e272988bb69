import { STORED_EXTENSIONS } from "@/server/domain/object-key";
import type { ImageMimeType } from "./image-service";

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The type by the first bytes alone: names and headers are claims of the sender. Null: none of the three. */
export function detectMimeType(bytes: Uint8Array): ImageMimeType | null {
  if (PNG_SIGNATURE.every((value, index) => bytes[index] === value)) return "image/png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (asciiAt(bytes, 0, 4) === "RIFF" && asciiAt(bytes, 8, 4) === "WEBP") return "image/webp";
  return null;
}

/** The type that a stored object's extension stands for. Null: not one of ours. */
export function mimeTypeOfExtension(extension: string): ImageMimeType | null {
  for (const [mimeType, known] of Object.entries(STORED_EXTENSIONS) as [ImageMimeType, string][]) {
    if (known === extension) return mimeType;
  }
  return null;
}

export function asciiAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
