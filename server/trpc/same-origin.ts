import { isSameOrigin } from "@/server/auth/same-origin";

/**
 * A mutation must come from our own pages and as JSON, which no foreign form can send; null lets the request pass.
 * Queries only need not to be called from a foreign page.
 */
export function refuseForeignRequest(request: Request): Response | null {
  const refuse = (status: number, message: string) =>
    Response.json({ error: { message, code: -32_600, data: { code: "FORBIDDEN", httpStatus: status } } }, { status });
  if (request.method !== "GET" && request.method !== "POST") return refuse(405, "only GET and POST are answered here");
  if (!isSameOrigin(request.headers, request.method)) return refuse(403, "the request comes from another site");
  const type = request.headers.get("content-type") ?? "";
  if (request.method === "POST" && !/^application\/json\s*(;|$)/i.test(type))
    return refuse(415, "the body must be application/json");
  return null;
}
