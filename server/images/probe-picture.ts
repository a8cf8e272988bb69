import { randomBytes } from "node:crypto";
import sharp from "sharp";
import { objectKeyOf } from "@/server/domain/object-key";
import { sha256Of } from "./object-key";

/** A picture that nobody has: noise, so that two checks at once never touch each other's object. */
export async function probePicture() {
  const size = 32;
  const bytes = await sharp(randomBytes(size * size * 3), { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
  const sha256 = sha256Of(bytes);
  return { bytes, sha256, key: objectKeyOf(sha256, "image/png"), sizeBytes: bytes.byteLength };
}
