import { STORED_EXTENSIONS } from "@/server/domain/object-key";
import { AppError } from "@/server/errors";
import { readPicture } from "@/server/images/read-picture";
import { send, sendEmpty } from "./answer";
import { header, type Route } from "./call";

/**
 * Stored pictures by signed address. They come from strangers' models and strangers' uploads: nothing in them may run,
 * and their type is what decoding found. `&download` makes a browser save instead of show.
 */
export const serveImageRoute: Route = {
  method: "GET",
  path: "/images/:name",
  access: "public",
  why: "the address is signed and expires; an <img> can send no key",
  async handle({ runtime, url, query, incoming, outgoing }) {
    const object = runtime.images.verifyUrl(url.replace(/&download(=[^&]*)?$/, ""), Date.now());
    if (!object)
      throw new AppError("FORBIDDEN", "this picture's address was altered or has expired: ask for a new one");
    const headers = {
      // The bytes behind a hash never change; the address itself ends the access.
      "cache-control": "private, max-age=3600, immutable",
      "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
      etag: `"${object.sha256}"`,
      "content-disposition": `${query.has("download") ? "attachment" : "inline"}; filename="${object.sha256.slice(0, 16)}.${STORED_EXTENSIONS[object.mimeType]}"`,
    };
    if (header(incoming, "if-none-match") === headers.etag) return sendEmpty(outgoing, 304, headers);
    const bytes = await readPicture(runtime, object.sha256);
    send(outgoing, 200, bytes, { ...headers, "content-type": object.mimeType });
  },
};
