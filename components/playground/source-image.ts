import { formatBytes, formatCountFull } from "@/components/format";
import { INPUT_IMAGE_MAX_BYTES, INPUT_IMAGE_MAX_PIXELS } from "@/server/domain/generation-request";

export interface SourceImage {
  name: string;
  dataUrl: string;
  width: number;
  height: number;
  sizeBytes: number;
}

export const SOURCE_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;

/** What a picture must satisfy, said beside the field before anything is refused. */
export const SOURCE_RULE = `PNG, JPEG or WebP, at most ${formatBytes(INPUT_IMAGE_MAX_BYTES)} and ${INPUT_IMAGE_MAX_PIXELS / 1_000_000} megapixels`;

/** What is wrong with a file that can be told without reading it; null: nothing. */
export function fileProblem(file: { name: string; type: string; size: number }): string | null {
  if (!(SOURCE_TYPES as readonly string[]).includes(file.type))
    return `“${file.name}” is ${file.type === "" ? "of no known type" : file.type}: it must be a PNG, JPEG or WebP picture.`;
  if (file.size > INPUT_IMAGE_MAX_BYTES)
    return `“${file.name}” has ${formatBytes(file.size)}: the limit is ${formatBytes(INPUT_IMAGE_MAX_BYTES)}.`;
  if (file.size === 0) return `“${file.name}” is empty.`;
  return null;
}

export function pixelProblem(name: string, width: number, height: number): string | null {
  if (width * height <= INPUT_IMAGE_MAX_PIXELS) return null;
  return `“${name}” has ${formatCountFull(width * height)} pixels: the limit is ${formatCountFull(INPUT_IMAGE_MAX_PIXELS)}.`;
}

/** Checks a file and reads it. Resolves with the problem, in words for people, where it will not do. */
export async function readSourceImage(file: File): Promise<SourceImage | { problem: string }> {
  const problem = fileProblem(file);
  if (problem) return { problem };
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return { problem: `“${file.name}” could not be read as a picture: it may be damaged or cut off.` };
  }
  const { width, height } = bitmap;
  bitmap.close();
  const tooMany = pixelProblem(file.name, width, height);
  if (tooMany) return { problem: tooMany };
  return { name: file.name, dataUrl: await toDataUrl(file), width, height, sizeBytes: file.size };
}

function toDataUrl(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("the file could not be read"));
    reader.readAsDataURL(file);
  });
}

/**
 * One of our own stored pictures, as a source. What lies on the bucket's own domain is fetched by the server: a page may
 * show pictures from there, not read them. Throws when it cannot be fetched.
 */
export async function fetchSourceImage(
  url: string,
  name: string,
  viaServer: (address: { url: string }) => Promise<{ base64: string; mimeType: string }>,
): Promise<SourceImage | { problem: string }> {
  if (new URL(url, window.location.href).origin !== window.location.origin)
    return pictureOf(await viaServer({ url }), name);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the picture could not be fetched (${answer.status})`);
  const blob = await answer.blob();
  return readSourceImage(new File([blob], name, { type: blob.type }));
}

/** A picture as the server fetched it from an address. */
export async function pictureOf(
  { base64, mimeType }: { base64: string; mimeType: string },
  name: string,
): Promise<SourceImage | { problem: string }> {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return readSourceImage(new File([bytes], name, { type: mimeType }));
}
