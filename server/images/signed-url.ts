import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { isStoredMimeType, STORED_EXTENSIONS } from "@/server/domain/object-key";
import { Secret } from "@/server/domain/secret";
import type { ImageMimeType } from "./image-service";
import { mimeTypeOfExtension } from "./magic-bytes";

export interface UrlSigner {
  sign(object: { sha256: string; mimeType: string }, nowMs: number): string;
  verify(pathAndQuery: string, nowMs: number): { sha256: string; mimeType: ImageMimeType } | null;
}

const VALID_S = 3_600;
/** Expiries fall on this grid, so the address of a picture stays the same for ten minutes and browsers can cache it. */
const GRID_S = 600;
const ADDRESS = /^\/images\/([0-9a-f]{64})\.(png|jpg|webp)\?e=([0-9]{10})&s=([A-Za-z0-9_-]{43})$/;

/** Addresses that are valid for one hour to 70 minutes. Every instance with the same key makes and takes the same. */
export function createUrlSigner(signingKey: Buffer | Secret): UrlSigner {
  const material = signingKey instanceof Secret ? Buffer.from(signingKey.reveal(), "utf8") : signingKey;
  // A key of its own: nothing else that is signed with the same secret can pass for an address.
  const key = Buffer.from(hkdfSync("sha256", material, "", "switchyard/image-url/v1", 32));
  const signatureOf = (sha256: string, mimeType: ImageMimeType, expiryS: string) =>
    createHmac("sha256", key).update(`${sha256}\n${mimeType}\n${expiryS}`).digest("base64url");

  return {
    sign({ sha256, mimeType }, nowMs) {
      if (!isStoredMimeType(mimeType)) throw new TypeError(`no address for a picture of type ${mimeType}`);
      const expiryS = String(Math.ceil((nowMs / 1000 + VALID_S) / GRID_S) * GRID_S);
      return `/images/${sha256}.${STORED_EXTENSIONS[mimeType]}?e=${expiryS}&s=${signatureOf(sha256, mimeType, expiryS)}`;
    },
    verify(pathAndQuery, nowMs) {
      const [, sha256, extension, expiryS, signature] = ADDRESS.exec(pathAndQuery) ?? [];
      if (!sha256 || !extension || !expiryS || !signature) return null;
      const mimeType = mimeTypeOfExtension(extension);
      if (!mimeType) return null;
      const expected = Buffer.from(signatureOf(sha256, mimeType, expiryS), "ascii");
      if (!timingSafeEqual(expected, Buffer.from(signature, "ascii"))) return null;
      return Number(expiryS) * 1000 > nowMs ? { sha256, mimeType } : null;
    },
  };
}
