import type { ListedObject } from "./r2-store";
import { StorageProblem } from "./storage-problem";

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** One answer of ListObjectsV2. Throws StorageProblem `wrong_endpoint` on anything else. */
export function listPage(xml: string): { objects: ListedObject[]; nextToken: string | null } {
  if (!xml.includes("<ListBucketResult"))
    throw new StorageProblem("wrong_endpoint", "what answers is no object store: check R2_ENDPOINT or R2_ACCOUNT_ID");
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = ""]) => ({
    key: textOf(entry, "Key"),
    sizeBytes: Number(textOf(entry, "Size")),
    modifiedAtMs: Date.parse(textOf(entry, "LastModified")),
  }));
  const isCut = textOf(xml, "IsTruncated") === "true";
  return { objects, nextToken: isCut ? textOf(xml, "NextContinuationToken") || null : null };
}

function textOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name] ?? whole;
  });
}
