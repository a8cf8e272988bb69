import { StorageProblem } from "./storage-problem";

interface RefusedCall {
  method: string;
  key: string;
  bucket: string;
  status: number;
  headers: Record<string, string | string[] | undefined>;
}

/** What an answer that is not a success means. Quotes the store's error code, never its whole text. */
export function r2Problem({ method, key, bucket, status, headers }: RefusedCall, body: string): StorageProblem {
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(body)?.[1] ?? null;
  const told = `${status}${code ? ` ${code}` : ""}`;
  if (status === 429 || status >= 500) {
    // 501 is "not implemented": asking again gives the same answer.
    const fault = status === 501 ? "rejected" : "unavailable";
    return new StorageProblem(fault, `the bucket ${bucket} answers ${told}`);
  }
  if (code === "RequestTimeTooSkewed") return clockSkew(told, headers.date);
  // An object store says what is wrong in XML, on every address and with every key.
  if (code === null && (/<html/i.test(body) || status < 400))
    return new StorageProblem(
      "wrong_endpoint",
      `what answers (${told}${status < 400 ? ", a redirect" : ", a web page"}) is no object store: check R2_ENDPOINT or R2_ACCOUNT_ID`,
    );
  if (status === 401 || status === 403) {
    return new StorageProblem(
      "refused_key",
      `R2 refuses the key (${told}): check R2_ACCESS_KEY_ID, R2_SECRET_ACCESS_KEY and its rights on bucket ${bucket}`,
    );
  }
  if (code === "NoSuchBucket" || (status === 404 && method === "PUT")) {
    return new StorageProblem("missing_bucket", `there is no bucket ${bucket} (${told}): check R2_BUCKET`);
  }
  if (status === 404) return new StorageProblem("missing", `no object ${key} in bucket ${bucket}`);
  return new StorageProblem("rejected", `the bucket ${bucket} refuses ${method} (${told})`);
}

function clockSkew(told: string, date: unknown): StorageProblem {
  const theirsMs = Date.parse(String(date));
  const aheadS = Math.round((Date.now() - theirsMs) / 1000);
  const by = Number.isNaN(aheadS) ? "" : `, it is ${Math.abs(aheadS)} s ${aheadS > 0 ? "ahead" : "behind"}`;
  return new StorageProblem(
    "clock_skew",
    `R2 refuses the time of the request (${told}): set this machine's clock right${by}`,
  );
}

/** Names that cannot be resolved and certificates of others: no amount of waiting makes this address the right one. */
const WRONG_ADDRESS = /^(ENOTFOUND|ERR_INVALID_URL|ERR_TLS_CERT_ALTNAME_INVALID|ERR_SSL_|EPROTO|HPE_)/;

/** What it means that no answer came, or none to its end. */
export function unansweredProblem(error: unknown): StorageProblem {
  // A time-out is a DOMException, whose code is a number that tells nobody anything.
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no answer";
  if (WRONG_ADDRESS.test(code))
    return new StorageProblem(
      "wrong_endpoint",
      `there is no object store at the bucket's address (${code}): check R2_ENDPOINT or R2_ACCOUNT_ID`,
    );
  return new StorageProblem("unavailable", `the bucket's address does not answer (${code})`);
}
