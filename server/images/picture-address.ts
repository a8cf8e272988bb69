import type { R2Settings } from "@/server/config";
import { isStoredMimeType, objectKeyOf } from "@/server/domain/object-key";
import type { UrlSigner } from "./signed-url";

export interface AddressedPicture {
  sha256: string;
  mimeType: string;
  role: "input" | "output";
  location: "disk" | "r2";
}

/**
 * Under which address a picture is given out. Signed and expiring, on this server; a result that lies in a bucket with a
 * domain of its own has its lasting address there. What a caller gave is never addressed in public.
 */
export function pictureAddress(
  deps: { signer: Pick<UrlSigner, "sign">; publicUrl: string | null },
  picture: AddressedPicture,
  nowMs: number,
): string {
  const { sha256, mimeType, role, location } = picture;
  if (deps.publicUrl === null || role === "input" || location === "disk" || !isStoredMimeType(mimeType))
    return deps.signer.sign(picture, nowMs);
  return `${deps.publicUrl}/${objectKeyOf(sha256, mimeType)}`;
}

/** Where a public address lies, for what has to allow it; null without a domain. */
export function publicOriginOf(r2: Pick<R2Settings, "publicUrl"> | null): string | null {
  return r2?.publicUrl ? new URL(r2.publicUrl).origin : null;
}
