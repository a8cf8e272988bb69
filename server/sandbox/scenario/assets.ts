import { createHmac, timingSafeEqual } from "node:crypto";
import sharp from "sharp";
import type { BlobStore } from "../blobs";
import type { Clock } from "../clock";
import { type Picture, sizeOf } from "../draw/render";
import type { Damage, Studio } from "../draw/studio";
import { type Exchange, type JsonObject, send } from "../http";
import { hash32, token } from "../random";

export interface Asset {
  id: string;
  picture: Picture;
  damage: Damage;
  /** As the service keeps it. */
  encoding: "png" | "jpeg";
  /** Uploaded bytes are given back unchanged. */
  uploaded: { blob: string; mimeType: string } | null;
  width: number;
  height: number;
  outputIndex: number | null;
  kind: string;
  metadata: JsonObject;
  createdAt: number;
}

export interface AssetDeps {
  clock: Clock;
  seed: number;
  instance: string;
  blobs: BlobStore;
  studio: Studio;
  cdnOrigin: () => string;
  urlTtlMs: number;
  /** Some assets come as WebP from the CDN unless the original is asked for, as measured. */
  transforms: boolean;
}

/** All images of the project, made or uploaded, and the CDN that hands them out by signed URL. */
export class Assets {
  private readonly byId = new Map<string, Asset>();
  private serial = 0;

  constructor(private readonly deps: AssetDeps) {}

  get(id: string): Asset | null {
    return this.byId.get(id) ?? null;
  }

  add(asset: Omit<Asset, "id" | "createdAt">): Asset {
    const id = `asset_${token(22, this.deps.instance, "asset", ++this.serial)}`;
    const full: Asset = { ...asset, id, createdAt: this.deps.clock.now() };
    this.byId.set(id, full);
    // A sandbox may run for days; the oldest images go first.
    if (this.byId.size > 50_000) {
      const oldest = this.byId.values().next();
      if (!oldest.done) this.remove(oldest.value);
    }
    return full;
  }

  /** Null when the bytes are no image that can be read. */
  async upload(bytes: Buffer, name: string): Promise<Asset | null> {
    const info = await sharp(bytes, { limitInputPixels: 64_000_000 })
      .metadata()
      .catch(() => null);
    if (info?.width === undefined || info.height === undefined) return null;
    const blob = await this.deps.blobs.put(bytes);
    const mimeType = `image/${info.format}`;
    const picture: Picture = { kind: "bytes", id: blob, read: () => this.deps.blobs.get(blob) };
    return this.add({
      picture,
      damage: null,
      encoding: "png",
      uploaded: { blob, mimeType },
      width: info.width,
      height: info.height,
      outputIndex: null,
      kind: "image",
      metadata: { type: "uploaded", name, width: info.width, height: info.height },
    });
  }

  document(asset: Asset, wantsOriginal: boolean): JsonObject {
    const original = asset.uploaded?.mimeType ?? `image/${asset.encoding}`;
    const isTransformed =
      !wantsOriginal && asset.uploaded === null && this.deps.transforms && hash32(asset.id) % 5 === 0;
    const url = this.signedUrl(asset, isTransformed ? "webp" : "original");
    return {
      id: asset.id,
      url,
      mimeType: isTransformed ? "image/webp" : original,
      ...(wantsOriginal ? { originalFileUrl: url, originalMimeType: original } : {}),
      kind: asset.kind,
      status: "success",
      source: asset.uploaded === null ? "generation" : "upload",
      privacy: "private",
      metadata: asset.metadata,
      properties: { width: asset.width, height: asset.height },
      ...(asset.outputIndex === null ? {} : { outputIndex: asset.outputIndex }),
      tags: [],
      collectionIds: [],
      editCapabilities: [],
      createdAt: new Date(asset.createdAt).toISOString(),
      updatedAt: new Date(asset.createdAt).toISOString(),
    };
  }

  /** The CDN: another origin that wants no credentials, only its own URL unchanged and in time. */
  async serve(exchange: Exchange): Promise<void> {
    const { headers, method, path, query, rawQuery, res } = exchange;
    const deny = (status: number, code: string) =>
      send(res, status, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`, {
        "content-type": "application/xml",
      });
    if (headers.authorization !== undefined) return deny(400, "InvalidArgument");
    const match = /^\/assets\/([^/]+)$/.exec(path);
    const asset = match?.[1] === undefined ? null : this.get(match[1]);
    if ((method !== "GET" && method !== "HEAD") || asset === null) return deny(403, "AccessDenied");
    const signature = query.get("Signature") ?? "";
    const unsigned = rawQuery.replace(/&Signature=[^&]*$/, "");
    const expected = this.sign(asset.id, unsigned);
    const isRight =
      signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
    if (!isRight || Number(query.get("Expires")) * 1000 < this.deps.clock.now()) return deny(403, "AccessDenied");
    const transformed = query.get("f") === "webp";
    const bytes = await this.bytesOf(asset, transformed);
    const type = transformed ? "image/webp" : (asset.uploaded?.mimeType ?? `image/${asset.encoding}`);
    res.writeHead(200, { "content-type": type, "content-length": String(bytes.length), "cache-control": "private" });
    res.end(method === "HEAD" ? undefined : bytes);
  }

  private async bytesOf(asset: Asset, transformed: boolean): Promise<Buffer> {
    if (asset.uploaded !== null) return this.deps.blobs.get(asset.uploaded.blob);
    return this.deps.studio.draw(asset.picture, transformed ? "webp" : asset.encoding, asset.damage);
  }

  private signedUrl(asset: Asset, form: "original" | "webp"): string {
    const expires = Math.floor((this.deps.clock.now() + this.deps.urlTtlMs) / 1000);
    const query = `f=${form}&Expires=${expires}&Key-Pair-Id=K2SANDBOX`;
    return `${this.deps.cdnOrigin()}/assets/${asset.id}?${query}&Signature=${this.sign(asset.id, query)}`;
  }

  private sign(id: string, query: string): string {
    return createHmac("sha256", `cdn ${this.deps.seed} ${this.deps.instance}`)
      .update(`${id}?${query}`)
      .digest("base64url");
  }

  private remove(asset: Asset): void {
    this.byId.delete(asset.id);
    if (asset.uploaded !== null) this.deps.blobs.release(asset.uploaded.blob);
  }
}

/** Width and height that a picture will have; uploads tell their own. */
export function pictureSize(picture: Picture, source: Asset | null): { width: number; height: number } {
  return source === null ? sizeOf(picture) : { width: source.width, height: source.height };
}

/** Base64 or a data URL to bytes; null when it is neither. */
export function decodeImage(text: string): Buffer | null {
  const data = /^data:[\w.+-]+\/[\w.+-]+;base64,(.*)$/s.exec(text);
  const base64 = data?.[1] ?? text;
  return /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(base64) ? Buffer.from(base64, "base64") : null;
}
