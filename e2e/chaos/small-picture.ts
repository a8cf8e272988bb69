import sharp from "sharp";

/** A PNG for img2img, as base64. */
export async function smallPicture(): Promise<string> {
  const pixels = Buffer.from(Array.from({ length: 256 * 256 * 3 }, (_, at) => (at * 7 + (at >> 8) * 13) % 256));
  const png = await sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } })
    .png()
    .toBuffer();
  return png.toString("base64");
}
