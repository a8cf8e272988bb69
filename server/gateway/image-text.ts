import { INPUT_IMAGE_MAX_BYTES } from "@/server/domain/generation-request";
import { AppError } from "@/server/errors";

const DATA_URL = /^data:([a-z0-9.+/-]*)((?:;[a-z0-9=.-]+)*),/i;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * The bytes of a picture written as base64 or as a base64 data URL. What kind of picture it is, its bytes will say.
 * Throws BAD_REQUEST on field `image`, PAYLOAD_TOO_LARGE above the limit.
 */
export function decodeImageText(text: string, field = "image"): Uint8Array {
  const head = text.startsWith("data:") ? DATA_URL.exec(text.slice(0, 200)) : null;
  if (text.startsWith("data:") && !/;base64$/i.test(head?.[2] ?? ""))
    throw broken(field, "must be a data URL in base64");
  const body = text.slice(head?.[0].length ?? 0);
  if (Math.floor((body.length * 3) / 4) - 2 > INPUT_IMAGE_MAX_BYTES) {
    const rule = `must be a picture of at most ${INPUT_IMAGE_MAX_BYTES} bytes`;
    throw new AppError("PAYLOAD_TOO_LARGE", `${field} ${rule}`, { problems: [{ field, rule }] });
  }
  if (!BASE64.test(body)) throw broken(field, "must be base64 or a base64 data URL");
  return Buffer.from(body, "base64");
}

function broken(field: string, rule: string): AppError {
  return new AppError("BAD_REQUEST", `${field} ${rule}`, { problems: [{ field, rule }] });
}
