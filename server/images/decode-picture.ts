import sharp from "sharp";
import type { PictureSample } from "@/server/domain/picture-likeness";
import type { DecodedImage, ImageMimeType } from "./image-service";
import { MAX_IMAGE_PIXELS } from "./limits";
import { PictureProblem } from "./picture-problem";
import { pixelStats } from "./pixel-stats";

const FORMATS: Record<ImageMimeType, string> = { "image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp" };

/**
 * Lets libvips load PNG, JPEG and WebP and nothing else, for the life of the process. Every other loader (HEIF and
 * AVIF, SVG, PDF, TIFF, GIF, Magick …) is code that a stranger's bytes never reach.
 */
export function blockOtherLoaders(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: ["VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp"] });
  sharp.cache(false);
  // Two cores are shared with the serving process; a second picture gains more than a faster one.
  sharp.concurrency(1);
}

/**
 * Decodes every pixel: a file's header alone is believed for nothing, since a truncated JPEG has a perfect one.
 * Width and height are as shown, with a camera's rotation applied. Throws PictureProblem.
 */
export async function decodePicture(
  bytes: Uint8Array,
  mimeType: ImageMimeType,
  sampleSide?: number,
): Promise<DecodedImage> {
  try {
    const picture = sharp(bytes, {
      // `warning` would refuse photographs over a malformed EXIF tag; truncation fails from `truncated` up.
      failOn: "error",
      limitInputPixels: MAX_IMAGE_PIXELS,
      sequentialRead: true,
    });
    const metadata = await picture.metadata();
    if (metadata.format !== FORMATS[mimeType])
      throw new PictureProblem("format", `says that it is ${mimeType} and decodes as ${metadata.format}`);
    if ((metadata.pages ?? 1) > 1) throw new PictureProblem("animation", "must be a single picture, not an animation");
    const { data, info } = await picture.autoOrient().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
    const decoded = { mimeType, width: info.width, height: info.height, ...pixelStats(data, info.channels) };
    return sampleSide === undefined ? decoded : { ...decoded, sample: await sampleOf(data, info, sampleSide) };
  } catch (error) {
    if (PictureProblem.is(error)) throw error;
    throw new PictureProblem("undecodable", `cannot be decoded: ${firstLine(error)}`);
  }
}

async function sampleOf(
  pixels: Buffer,
  { width, height, channels }: { width: number; height: number; channels: 1 | 2 | 3 | 4 },
  side: number,
): Promise<PictureSample> {
  const small = await sharp(pixels, { raw: { width, height, channels } })
    .resize(side, side, { fit: "fill", kernel: "mitchell" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer();
  const cell = (at: number, channel: number) => small[at * 4 + channel] ?? 0;
  const cells = side * side;
  return {
    side,
    // Rec. 709, as screens weigh the colours.
    luma: Uint8Array.from({ length: cells }, (_, at) =>
      Math.round(0.2126 * cell(at, 0) + 0.7152 * cell(at, 1) + 0.0722 * cell(at, 2)),
    ),
    alpha: Uint8Array.from({ length: cells }, (_, at) => cell(at, 3)),
  };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n").find((line) => line.trim() !== "") ?? "").trim().slice(0, 200);
}
