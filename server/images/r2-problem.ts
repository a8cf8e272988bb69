import { StorageProblem } from "./storage-problem";

/** What an answer of the store means. Null: it worked. Quotes the store's error code, never its whole text. */
export function r2Problem(
  method: string,
  key: string,
  bucket: string,
  status: number,
  body: string,
): StorageProblem | null {
  if (status >= 200 && status < 300) return null;
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(body)?.[1] ?? null;
  const told = `${status}${code ? ` ${code}` : ""}`;
  if (status === 429 || status >= 500) {
    // 501 is "not implemented": asking again gives the same answer.
    const fault = status === 501 ? "rejected" : "unavailable";
    return new StorageProblem(fault, `the bucket ${bucket} answers ${told}`);
  }
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
