import { asciiAt } from "./magic-bytes";
import { PictureProblem } from "./picture-problem";

/** What a file says of itself, read without decoding it. */
export interface PictureHeader {
  width: number;
  height: number;
  /** Where the picture ends in the file; more bytes than that are a second file behind the first. */
  endsAt: number;
  animated: boolean;
}

const broken = (what: string) => new PictureProblem("undecodable", `cannot be read: ${what}`);
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Walks the chunks to IEND. Throws PictureProblem where they do not add up. */
export function readPngHeader(bytes: Uint8Array): PictureHeader {
  const view = viewOf(bytes);
  if (bytes.length < 33 || asciiAt(bytes, 12, 4) !== "IHDR") throw broken("its first chunk is not IHDR");
  let animated = false;
  let offset = 8;
  while (offset + 12 <= bytes.length) {
    const length = view.getUint32(offset);
    const type = asciiAt(bytes, offset + 4, 4);
    offset += 12 + length;
    if (type === "acTL") animated = true;
    if (type === "IEND") return { width: view.getUint32(16), height: view.getUint32(20), endsAt: offset, animated };
  }
  // The size is still told, so that a huge claim is refused as one and not as a cut file.
  return { width: view.getUint32(16), height: view.getUint32(20), endsAt: Number.POSITIVE_INFINITY, animated };
}

/** Walks the segments through every scan to the end marker. Throws PictureProblem without a frame header. */
export function readJpegHeader(bytes: Uint8Array): PictureHeader {
  const view = viewOf(bytes);
  let size: { width: number; height: number } | null = null;
  let offset = 2;
  while (offset + 4 <= bytes.length) {
    if (bytes[offset] !== 0xff) throw broken("a marker is missing between its segments");
    const marker = bytes[offset + 1] ?? 0;
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    if (marker === 0xd9) break;
    const length = view.getUint16(offset + 2);
    if (isFrameMarker(marker) && offset + 9 <= bytes.length) {
      size = { height: view.getUint16(offset + 5), width: view.getUint16(offset + 7) };
    }
    offset += 2 + Math.max(length, 2);
    if (marker === 0xda) offset = endOfScan(bytes, offset);
  }
  if (!size) throw broken("it has no frame header");
  const ended = bytes[offset] === 0xff && bytes[offset + 1] === 0xd9;
  return { ...size, endsAt: ended ? offset + 2 : Number.POSITIVE_INFINITY, animated: false };
}

/** The chunk after the RIFF header says which of WebP's three forms this is. Throws PictureProblem on a fourth. */
export function readWebpHeader(bytes: Uint8Array): PictureHeader {
  const view = viewOf(bytes);
  if (bytes.length < 30) throw broken("it is too short for a WebP header");
  const endsAt = 8 + view.getUint32(4, true);
  const form = asciiAt(bytes, 12, 4);
  if (form === "VP8X") {
    const width = 1 + (view.getUint32(24, true) & 0xffffff);
    const height = 1 + (view.getUint32(26, true) >>> 8);
    return { width, height, endsAt, animated: ((bytes[20] ?? 0) & 0x02) !== 0 };
  }
  if (form === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), endsAt, animated: false };
  }
  if (form === "VP8 ") {
    return {
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
      endsAt,
      animated: false,
    };
  }
  throw broken("its first chunk is not a WebP picture");
}

/** SOF0 to SOF15, without the three markers in that range that mean something else (DHT, JPG, DAC). */
function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** The next marker that is neither a stuffed 0xff00 nor a restart marker. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let offset = bytes.indexOf(0xff, from);
  while (offset !== -1 && offset + 1 < bytes.length) {
    const next = bytes[offset + 1] ?? 0;
    if (next !== 0x00 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return offset;
    offset = bytes.indexOf(0xff, offset + (next === 0xff ? 1 : 2));
  }
  return bytes.length;
}
