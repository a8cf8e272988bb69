import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface SignedRequest {
  method: string;
  /** As sent, percent-encoded. */
  path: string;
  rawQuery: string;
  headers: IncomingHttpHeaders;
}

export type SignatureVerdict =
  | { ok: true; payloadHash: string }
  | { ok: false; status: number; code: string; message: string };

const REGIONS = new Set(["auto", "us-east-1", ""]);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** Checks SigV4 in the Authorization header or in the query. `nowMs` is the machine's time: clients sign with theirs. */
export function verifySignature(request: SignedRequest, credentials: S3Credentials, nowMs: number): SignatureVerdict {
  const query = parseQuery(request.rawQuery);
  const signedQuery = query.find(([name]) => name === "X-Amz-Signature");
  if (signedQuery !== undefined) return verifyQuery(request, query, credentials, nowMs);
  const header = request.headers.authorization;
  if (header === undefined) return refuse(401, "Unauthorized", "Unauthorized");
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(header);
  if (match === null) return refuse(400, "InvalidArgument", "Authorization header is malformed");
  const [, scope = "", signedHeaders = "", signature = ""] = match;
  const amzDate = String(request.headers["x-amz-date"] ?? "");
  const signedAt = parseAmzDate(amzDate);
  if (signedAt === null) return refuse(400, "InvalidArgument", "x-amz-date is missing or malformed");
  if (Math.abs(nowMs - signedAt) > 15 * 60_000) {
    return refuse(
      403,
      "RequestTimeTooSkewed",
      "The difference between the request time and the server's time is too large.",
    );
  }
  const payloadHash = String(request.headers["x-amz-content-sha256"] ?? "");
  if (payloadHash === "") return refuse(400, "InvalidArgument", "x-amz-content-sha256 is missing");
  const checked = check({ request, query, scope, signedHeaders, signature, amzDate, payloadHash }, credentials);
  return checked ?? { ok: true, payloadHash };
}

function verifyQuery(
  request: SignedRequest,
  query: [string, string][],
  credentials: S3Credentials,
  nowMs: number,
): SignatureVerdict {
  const get = (name: string) => query.find(([key]) => key === name)?.[1] ?? "";
  const amzDate = get("X-Amz-Date");
  const signedAt = parseAmzDate(amzDate);
  const expiresS = Number(get("X-Amz-Expires"));
  if (get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256" || signedAt === null) {
    return refuse(400, "InvalidArgument", "X-Amz-Algorithm or X-Amz-Date is wrong");
  }
  if (!(expiresS >= 1 && expiresS <= 604_800))
    return refuse(400, "InvalidArgument", "X-Amz-Expires must be 1 to 604800");
  const unsigned = query.filter(([name]) => name !== "X-Amz-Signature");
  const checked = check(
    {
      request,
      query: unsigned,
      scope: get("X-Amz-Credential"),
      signedHeaders: get("X-Amz-SignedHeaders"),
      signature: get("X-Amz-Signature"),
      amzDate,
      payloadHash: "UNSIGNED-PAYLOAD",
    },
    credentials,
  );
  if (checked !== null) return checked;
  if (nowMs > signedAt + expiresS * 1000) return refuse(400, "ExpiredRequest", "Request has expired");
  return { ok: true, payloadHash: "UNSIGNED-PAYLOAD" };
}

interface Claim {
  request: SignedRequest;
  query: [string, string][];
  scope: string;
  signedHeaders: string;
  signature: string;
  amzDate: string;
  payloadHash: string;
}

/** Null when the signature is right. */
function check(claim: Claim, credentials: S3Credentials): SignatureVerdict | null {
  const [accessKeyId, day, region, service, end] = claim.scope.split("/");
  if (accessKeyId !== credentials.accessKeyId) return refuse(401, "Unauthorized", "Unauthorized");
  if (service !== "s3" || end !== "aws4_request" || region === undefined || !REGIONS.has(region)) {
    return refuse(400, "InvalidArgument", "Credential scope must be <date>/auto/s3/aws4_request");
  }
  if (day !== claim.amzDate.slice(0, 8))
    return refuse(403, "SignatureDoesNotMatch", "The credential date does not match.");
  if (!claim.signedHeaders.split(";").includes("host")) return refuse(403, "AccessDenied", "host must be signed");
  const expected = signatureOf(claim, credentials.secretAccessKey, { day, region });
  const isRight =
    expected.length === claim.signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature));
  return isRight
    ? null
    : refuse(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.",
      );
}

function signatureOf(claim: Claim, secret: string, { day, region }: { day: string; region: string }): string {
  const { request } = claim;
  const headers = claim.signedHeaders
    .split(";")
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? "")
          .trim()
          .replace(/\s+/g, " ")}\n`,
    )
    .join("");
  const path = request.path
    .split("/")
    .map((part) => encode(safeDecode(part)))
    .join("/");
  const canonical = [
    request.method,
    path,
    canonicalQuery(claim.query),
    headers,
    claim.signedHeaders,
    claim.payloadHash,
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", claim.amzDate, scope, sha256(canonical)].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), "s3"), "aws4_request");
  return hmac(key, text).toString("hex");
}

function canonicalQuery(query: [string, string][]): string {
  return query
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
}

function parseQuery(raw: string): [string, string][] {
  if (raw === "") return [];
  return raw.split("&").map((pair) => {
    const at = pair.indexOf("=");
    const name = at < 0 ? pair : pair.slice(0, at);
    return [safeDecode(name), at < 0 ? "" : safeDecode(pair.slice(at + 1).replaceAll("+", "%20"))];
  });
}

export function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

function parseAmzDate(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function refuse(status: number, code: string, message: string): SignatureVerdict {
  return { ok: false, status, code, message };
}

/** A GET URL that anyone may use until it expires, as boto3 makes them for the worker. */
export function presignGet(url: string, credentials: S3Credentials, expiresS: number, nowMs: number): string {
  const target = new URL(url);
  const amzDate = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = amzDate.slice(0, 8);
  const query: [string, string][] = [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${day}/auto/s3/aws4_request`],
    ["X-Amz-Date", amzDate],
    ["X-Amz-Expires", String(expiresS)],
    ["X-Amz-SignedHeaders", "host"],
  ];
  const claim: Claim = {
    request: { method: "GET", path: target.pathname, rawQuery: "", headers: { host: target.host } },
    query,
    scope: "",
    signedHeaders: "host",
    signature: "",
    amzDate,
    payloadHash: "UNSIGNED-PAYLOAD",
  };
  const signature = signatureOf(claim, credentials.secretAccessKey, { day, region: "auto" });
  return `${target.origin}${target.pathname}?${canonicalQuery(query)}&X-Amz-Signature=${signature}`;
}
