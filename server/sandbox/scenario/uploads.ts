import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock";
import { BodyTooLarge, type Exchange, isObject, type JsonObject, readBody, send } from "../http";
import { token } from "../random";
import type { Assets } from "./assets";

interface Upload {
  id: string;
  fileName: string;
  status: "pending" | "complete" | "validating" | "validated" | "imported" | "failed";
  parts: (Buffer | null)[];
  expiresAt: number;
  entityId: string | null;
  errorMessage: string | null;
}

const PART_LIMIT = 100 * 1024 * 1024;

/** The way for larger files: announce, put the parts on another origin, say that it is complete, wait. */
export class Uploads {
  private readonly byId = new Map<string, Upload>();
  private serial = 0;

  constructor(private readonly deps: { clock: Clock; instance: string; assets: Assets; cdnOrigin: () => string }) {}

  /** A string is what is wrong with the body. */
  async create(body: JsonObject): Promise<JsonObject | string> {
    if (typeof body.url === "string") return this.fetchFrom(body.url);
    if (typeof body.fileName !== "string" || body.fileName === "") return '"fileName" must be a string';
    if (typeof body.fileSize !== "number" || body.fileSize < 1) return '"fileSize" must be a positive number';
    if (typeof body.contentType !== "string") return '"contentType" must be a string';
    if (body.kind !== "image") return '"kind" must be one of image';
    const parts = body.parts ?? 1;
    if (typeof parts !== "number" || !Number.isInteger(parts) || parts < 1 || parts > 100)
      return '"parts" must be 1 to 100';
    const upload = this.add(body.fileName, parts);
    return this.document(upload, true);
  }

  get(id: string): JsonObject | null {
    const upload = this.byId.get(id);
    return upload === undefined ? null : this.document(upload, false);
  }

  /** A string is what is wrong; null when there is no such upload. */
  complete(id: string): JsonObject | string | null {
    const upload = this.byId.get(id);
    if (upload === undefined) return null;
    if (upload.status !== "pending") return "Upload is not pending";
    const bytes = upload.parts.filter((part) => part !== null);
    if (bytes.length < upload.parts.length) return "Some parts are missing";
    upload.status = "complete";
    upload.parts = [];
    this.importLater(upload, Buffer.concat(bytes));
    return this.document(upload, false);
  }

  /** PUT of one part, on the CDN's origin. False when the path is not ours. */
  async servePart({ headers, method, path, query, req, res }: Exchange): Promise<boolean> {
    const match = /^\/uploads\/([^/]+)\/(\d+)$/.exec(path);
    if (match === null) return false;
    const upload = this.byId.get(match[1] ?? "");
    const index = Number(match[2]) - 1;
    const expected = this.signature(match[1] ?? "", index);
    const given = query.get("signature") ?? "";
    const isRight = given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
    if (
      method !== "PUT" ||
      !isRight ||
      headers.authorization !== undefined ||
      upload === undefined ||
      this.deps.clock.now() > upload.expiresAt
    ) {
      send(res, 403, "<Error><Code>AccessDenied</Code></Error>", { "content-type": "application/xml" });
      return true;
    }
    try {
      upload.parts[index] = await readBody(req, PART_LIMIT);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      send(res, 400, "<Error><Code>EntityTooLarge</Code></Error>", { "content-type": "application/xml" });
      return true;
    }
    send(res, 200, "", { etag: `"${token(32, upload.id, index)}"` });
    return true;
  }

  private add(fileName: string, parts: number): Upload {
    const id = `upload_${token(22, this.deps.instance, "upload", ++this.serial)}`;
    const expiresAt = this.deps.clock.now() + 3_600_000;
    const upload: Upload = {
      id,
      fileName,
      status: "pending",
      parts: Array.from({ length: parts }, () => null),
      expiresAt,
      entityId: null,
      errorMessage: null,
    };
    this.byId.set(id, upload);
    if (this.byId.size > 1_000) {
      const oldest = this.byId.keys().next();
      if (!oldest.done) this.byId.delete(oldest.value);
    }
    return upload;
  }

  private importLater(upload: Upload, bytes: Buffer): void {
    const { clock, assets } = this.deps;
    clock.after(300, () => {
      upload.status = "validating";
    });
    clock.after(700, async () => {
      const asset = await assets.upload(bytes, upload.fileName);
      if (asset === null) {
        upload.status = "failed";
        upload.errorMessage = "File is not a supported image";
        return;
      }
      upload.status = "validated";
      clock.after(300, () => {
        upload.status = "imported";
        upload.entityId = asset.id;
      });
    });
  }

  private async fetchFrom(url: string): Promise<JsonObject | string> {
    if (!/^https?:\/\//.test(url)) return '"url" must be a valid uri';
    const upload = this.add(url.split("/").at(-1) ?? "image", 1);
    upload.status = "complete";
    fetch(url, { signal: AbortSignal.timeout(10_000) })
      .then(async (response) => this.importLater(upload, Buffer.from(await response.arrayBuffer())))
      .catch(() => {
        upload.status = "failed";
        upload.errorMessage = "Could not fetch the file";
      });
    return this.document(upload, false);
  }

  private document(upload: Upload, withParts: boolean): JsonObject {
    const { id, fileName, status, entityId, errorMessage } = upload;
    return {
      id,
      fileName,
      kind: "image",
      status,
      ...(entityId === null ? {} : { entityId }),
      ...(errorMessage === null ? {} : { errorMessage }),
      ...(withParts
        ? {
            parts: upload.parts.map((_, index) => ({
              number: index + 1,
              url: `${this.deps.cdnOrigin()}/uploads/${id}/${index + 1}?signature=${this.signature(id, index)}`,
              expires: new Date(upload.expiresAt).toISOString(),
            })),
          }
        : {}),
    };
  }

  private signature(id: string, index: number): string {
    return token(40, this.deps.instance, "part", id, index);
  }
}

export function actionOf(body: unknown): string | null {
  return isObject(body) && typeof body.action === "string" ? body.action : null;
}
