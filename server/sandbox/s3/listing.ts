import { type Exchange, send } from "../http";
import type { StoredObject } from "./server";

const escapeXml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export const xml = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>${body}`;

/** ListObjectsV2 with prefix, delimiter, max-keys and a continuation token. */
export function listObjects({ query, res }: Exchange, bucket: string, objects: Map<string, StoredObject>): void {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const asked = Number(query.get("max-keys") ?? 1000);
  const maxKeys = Math.min(1000, Number.isFinite(asked) && asked >= 0 ? asked : 1000);
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : Buffer.from(token, "base64url").toString("utf8");
  const contents: string[] = [];
  const groups = new Set<string>();
  let last = "";
  let isTruncated = false;
  for (const key of [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).sort()) {
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? null : key.slice(0, cut + delimiter.length);
    if (group !== null && (groups.has(group) || group === after)) continue;
    if (contents.length + groups.size >= maxKeys) {
      isTruncated = true;
      break;
    }
    last = group === null ? key : `${group}\uffff`;
    if (group !== null) groups.add(group);
    else contents.push(entry(key, objects.get(key)));
  }
  const next = isTruncated
    ? `<NextContinuationToken>${Buffer.from(last).toString("base64url")}</NextContinuationToken>`
    : "";
  const body = `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${escapeXml(prefix)}</Prefix><KeyCount>${contents.length + groups.size}</KeyCount><MaxKeys>${maxKeys}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}${[...groups].map((group) => `<CommonPrefixes><Prefix>${escapeXml(group)}</Prefix></CommonPrefixes>`).join("")}</ListBucketResult>`;
  send(res, 200, xml(body), { "content-type": "application/xml" });
}

function entry(key: string, object: StoredObject | undefined): string {
  const modified = new Date(object?.modifiedAt ?? 0).toISOString();
  return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${modified}</LastModified><ETag>${escapeXml(object?.etag ?? "")}</ETag><Size>${object?.size ?? 0}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}
