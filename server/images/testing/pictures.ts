import { deflateSync } from "node:zlib";
import sharp from "sharp";

export interface NoiseOptions {
  width?: number;
  height?: number;
  format?: "png" | "jpeg" | "webp";
  seed?: number;
}

/** A picture full of detail, the same for the same seed. */
export async function noisePicture(options: NoiseOptions = {}): Promise<Buffer> {
  const { width = 64, height = 48, format = "png", seed = 1 } = options;
  const pixels = Buffer.alloc(width * height * 3);
  let state = seed >>> 0;
  for (let at = 0; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // Smooth enough to compress, rough enough to fill several JPEG blocks with coefficients.
    pixels[at] = ((state >>> 24) + ((at * 7) % 256)) >> 1;
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    [format]()
    .toBuffer();
}

/** A grey square on nothing: what background removal gives. `keep` is the share of the width that stays. */
export async function cutOut(keep: number, opaqueAlpha = 255, size = 64): Promise<Buffer> {
  const pixels = Buffer.alloc(size * size * 4);
  for (let at = 0; at < size * size; at += 1) {
    const isKept = at % size < Math.round(keep * size);
    pixels.set([(at * 13) % 256, (at * 7) % 256, 90, isKept ? opaqueAlpha : 0], at * 4);
  }
  return sharp(pixels, { raw: { width: size, height: size, channels: 4 } })
    .png()
    .toBuffer();
}

export async function flatPicture(colour: string, width = 64, height = 48): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.byteLength, 0);
  frame.writeUInt32BE(crc(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A valid PNG of one grey value, whose pixels compress to almost nothing: 900 megapixels fit in about 110 KB. */
export function hugePng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", rows),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}
