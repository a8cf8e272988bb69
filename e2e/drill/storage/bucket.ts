import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import type { SandboxConnection } from "../../chaos/processes/sandbox";

/** The SHA-256 of an object as the bucket itself gives it; null: it has none of that name. */
export function bucketReader({ urls, credentials }: SandboxConnection): (key: string) => Promise<string | null> {
  const client = new AwsClient({
    accessKeyId: credentials.s3AccessKeyId,
    secretAccessKey: credentials.s3SecretAccessKey,
    service: "s3",
    region: "auto",
  });
  return async (key) => {
    const answer = await client.fetch(`${urls.s3}/${credentials.bucket}/${key}`);
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`the bucket answered ${answer.status} for ${key}`);
    return createHash("sha256")
      .update(Buffer.from(await answer.arrayBuffer()))
      .digest("hex");
  };
}
