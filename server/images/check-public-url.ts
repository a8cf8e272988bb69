import type { R2Requests } from "./r2-requests";
import { StorageProblem } from "./storage-problem";

/** The domain must serve this very bucket: the object that was just put there, whole. Throws StorageProblem. */
export async function checkPublicUrl(
  requests: Pick<R2Requests, "fetchAsStranger">,
  { publicUrl, bucket }: { publicUrl: string; bucket: string },
  { key, sha256 }: { key: string; sha256: string },
): Promise<string> {
  const { host } = new URL(publicUrl);
  const answer = await requests.fetchAsStranger(`${publicUrl}/${key}`).catch((error: unknown) => {
    if (!StorageProblem.is(error)) throw error;
    throw new StorageProblem(error.fault, `R2_PUBLIC_URL: ${host} does not answer`, { cause: error });
  });
  if (answer.status !== 200)
    throw new StorageProblem(
      "wrong_endpoint",
      `R2_PUBLIC_URL: ${host} answers ${answer.status} for an object of the bucket: is it a custom domain of ${bucket}?`,
    );
  if (answer.sha256 !== sha256)
    throw new StorageProblem("wrong_bytes", `R2_PUBLIC_URL: ${host} gives other bytes than the bucket`);
  return `${host} serves the object to everybody`;
}
