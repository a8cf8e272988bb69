import type { IncomingMessage, ServerResponse } from "node:http";
import { CLIENT_ADDRESS_HEADER } from "@/server/auth/create-auth";
import { AppError } from "@/server/errors";
import { addressOf } from "./auth-routes";
import { makeNonce, type PageOptions, pageHeaders, pagePolicy } from "./security-headers";

export type NextHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

const TRPC = "/api/trpc/";
/** A picture of 7 MiB as a data URL in a batch. */
const TRPC_MAX_BYTES = 12_000_000;
/** Words between Next's own parts. From outside they have opened doors before (CVE-2025-29927 and later). */
const INTERNAL =
  /^(x-middleware-|x-invoke-|x-nextjs-|x-matched-path$|x-now-route-matches$|x-rewrite-url$|x-original-url$|content-security-policy|x-http-method|x-method-override)/;

/** Hands what is not ours to Next: only GET and HEAD, and POST for tRPC, so nothing there can be a Server Action. */
export function servePages(next: NextHandler, options: PageOptions) {
  const fixed = pageHeaders(options.secure);
  return async (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    path: string,
    requestId: string,
  ): Promise<void> => {
    const { headers, method } = incoming;
    if (headers["next-action"] !== undefined)
      throw new AppError("BAD_REQUEST", "Server Actions are not used here", {
        problems: [{ field: "next-action", rule: "must not be sent" }],
      });
    if (path === "/_next/image" || path.startsWith("/_next/image/"))
      throw new AppError("NOT_FOUND", "pictures are not optimized here");
    if (method === "POST" && path.startsWith(TRPC)) checkTrpcBody(incoming);
    else if (method !== "GET" && method !== "HEAD")
      throw new AppError("NOT_FOUND", `there is nothing to ${method} at this address`);

    for (const name of Object.keys(headers)) if (INTERNAL.test(name)) delete headers[name];
    headers["x-request-id"] = requestId;
    headers[CLIENT_ADDRESS_HEADER] = addressOf(incoming);
    for (const [name, value] of fixed) outgoing.setHeader(name, value);
    outgoing.setHeader("x-request-id", requestId);
    if (!path.startsWith("/_next/static/") && !path.startsWith("/api/")) {
      const policy = pagePolicy(makeNonce(), options);
      // Next reads the nonce from the request's header and stamps its own scripts with it.
      headers["content-security-policy"] = policy;
      outgoing.setHeader("content-security-policy", policy);
      outgoing.setHeader("cache-control", "no-store");
    }
    await next(incoming, outgoing);
  };
}

function checkTrpcBody(incoming: IncomingMessage): void {
  const length = incoming.headers["content-length"];
  // Next would collect a body of unknown length; browsers always send it.
  if (length === undefined)
    throw new AppError("BAD_REQUEST", "content-length must be sent", {
      problems: [{ field: "content-length", rule: "must be sent" }],
    });
  if (Number(length) > TRPC_MAX_BYTES)
    throw new AppError("PAYLOAD_TOO_LARGE", `the body must have at most ${TRPC_MAX_BYTES} bytes`, {
      problems: [{ field: "body", rule: `must have at most ${TRPC_MAX_BYTES} bytes` }],
    });
}
