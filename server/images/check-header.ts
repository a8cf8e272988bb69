import type { ImageMimeType } from "./image-service";
import { MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS } from "./limits";
import { detectMimeType } from "./magic-bytes";
import { type PictureHeader, readJpegHeader, readPngHeader, readWebpHeader } from "./picture-header";
import { PictureProblem } from "./picture-problem";

export interface CheckedHeader {
  mimeType: ImageMimeType;
  width: number;
  height: number;
}

const READERS: Record<ImageMimeType, (bytes: Uint8Array) => PictureHeader> = {
  "image/png": readPngHeader,
  "image/jpeg": readJpegHeader,
  "image/webp": readWebpHeader,
};

/**
 * Everything that can be refused without decoding: type by magic bytes, byte and pixel limits, animations, and a
 * second file hidden behind the picture. Cheap enough for the serving thread. Throws PictureProblem.
 */
export function checkHeader(bytes: Uint8Array, maxBytes: number = MAX_IMAGE_BYTES): CheckedHeader {
  if (bytes.byteLength === 0) throw new PictureProblem("empty", "is empty");
  if (bytes.byteLength > maxBytes) throw new PictureProblem("too_large", `must not have more than ${maxBytes} bytes`);
  const mimeType = detectMimeType(bytes);
  if (!mimeType) throw new PictureProblem("format", "must be a PNG, JPEG or WebP file");
  const header = READERS[mimeType](bytes);
  if (header.width * header.height > MAX_IMAGE_PIXELS) {
    throw new PictureProblem(
      "too_many_pixels",
      `must not have more than ${MAX_IMAGE_PIXELS / 1_000_000} megapixels; it claims ${header.width} × ${header.height}`,
    );
  }
  if (header.animated) throw new PictureProblem("animation", "must be a single picture, not an animation");
  if (header.endsAt < bytes.length && !mayCarryMore(mimeType, bytes.subarray(header.endsAt))) {
    throw new PictureProblem("trailing_bytes", "must not carry another file behind its end");
  }
  return { mimeType, width: header.width, height: header.height };
}

/**
 * Cameras and telephones append previews and short films to a JPEG, so there only what a browser could run is
 * refused. Nobody appends to a PNG or WebP in good faith, apart from padding with zeros.
 */
function mayCarryMore(mimeType: ImageMimeType, rest: Uint8Array): boolean {
  if (mimeType !== "image/jpeg") return rest.every((byte) => byte === 0);
  const text = Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength).toString("latin1");
  return !/<\s*(script|svg|html|body|iframe|!doctype|\?php)|%PDF-/i.test(text);
}
