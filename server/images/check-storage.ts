import { resolve } from "node:path";
import type { Config, R2Settings } from "@/server/config";
import { Secret } from "@/server/domain/secret";
import type { StorageCheck } from "@/server/domain/storage";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { checkDisk } from "./check-disk";
import { checkR2 } from "./check-r2";
import type { R2RequestOptions } from "./r2-requests";
import { createUrlSigner } from "./signed-url";

type StorageConfig = Pick<Config, "r2" | "sandbox" | "dataDir">;

/**
 * The bucket that pictures go to. Without one the sandbox's own stands in for it there, so that all can be tried before
 * there is an account. Null: none is configured, and pictures stay on the disk.
 */
export function bucketOf({ r2, sandbox }: StorageConfig, environment: string): R2Settings | null {
  if (r2 !== null || environment !== SANDBOX_ENVIRONMENT) return r2;
  if (sandbox === null) return null;
  const { s3AccessKeyId, s3SecretAccessKey, bucket } = sandbox.credentials;
  return {
    endpoint: sandbox.urls.s3,
    bucket,
    accessKeyId: new Secret(s3AccessKeyId),
    secretAccessKey: new Secret(s3SecretAccessKey),
    publicUrl: null,
  };
}

/**
 * Tries every store that an environment's pictures go through: the disk, which is also R2's spool, and the bucket where
 * there is one. Writes one small object to each and takes it away. Throws nothing that a store does.
 */
export async function checkStorage(
  deps: { config: StorageConfig; secret: Buffer; now?: () => number; onBilled?: R2RequestOptions["onBilled"] },
  environment: string,
): Promise<StorageCheck[]> {
  const { config, secret, now = Date.now, onBilled } = deps;
  const bucket = bucketOf(config, environment);
  return Promise.all([
    checkDisk(resolve(config.dataDir), createUrlSigner(secret), now),
    ...(bucket
      ? [checkR2(bucket, now, { timeoutMs: 10_000, onBilled: config.r2 === null ? undefined : onBilled })]
      : []),
  ]);
}
