import { randomBytes } from "node:crypto";
import { Secret } from "@/server/domain/secret";
import type { StorageCheck, StorageFault } from "@/server/domain/storage";
import { countingBucket } from "@/server/images/bucket-usage";
import { checkR2 } from "@/server/images/check-r2";
import { bucketOf, checkStorage } from "@/server/images/check-storage";
import { type ItemContext, ItemFailure, type RunItem } from "../types";

const STORE_WORDS: Record<StorageCheck["store"], string> = { disk: "local disk", r2: "bucket" };

export const runR2Upload: RunItem = async (context) => {
  const { deps, run } = context;
  const { config, secret } = deps;
  const checks = await countingBucket(deps.db, config.r2, (onBilled) =>
    checkStorage({ config, secret, onBilled }, run.environment),
  );
  for (const check of checks) await recordCheck(context, check);
  const broken = checks.find(({ ok }) => !ok);
  if (broken) throw new ItemFailure(`${STORE_WORDS[broken.store]}: ${broken.problem}`, "storage_failed");
  const bucket = bucketOf(config, run.environment);
  if (!bucket) {
    throw new ItemFailure(
      "R2 is not configured: set R2_ACCOUNT_ID, R2_BUCKET, R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY; pictures lie on the local disk until then",
      "storage_failed",
    );
  }
  const wrongKey = new Secret(`${bucket.secretAccessKey.reveal()}-wrong`);
  await expectFault(context, "refused key", await checkR2({ ...bucket, secretAccessKey: wrongKey }), ["refused_key"]);
  // A key that is good for one bucket only is refused elsewhere before R2 says whether there is such a bucket.
  const noSuch = `no-such-${randomBytes(6).toString("hex")}`;
  await expectFault(context, "missing bucket", await checkR2({ ...bucket, bucket: noSuch }), [
    "missing_bucket",
    "refused_key",
  ]);
  const what = "put, head, get by hash, signed address, its expiry, delete; faults are named";
  return {
    state: "passed",
    words: config.r2
      ? `bucket ${bucket.bucket}: ${what}`
      : `R2 is not configured; the sandbox's own bucket stood in for it: ${what}`,
  };
};

async function recordCheck(context: ItemContext, { store, where, object, steps }: StorageCheck): Promise<void> {
  for (const { step, outcome, note, tookMs } of steps) {
    await context.record({
      name: `${STORE_WORDS[store]}: ${step.replaceAll("_", " ")}`,
      ok: outcome === "passed",
      words: note,
      ...(step === "put" && store === "r2" ? { where } : {}),
      figures: { tookMs, ...(step === "put" ? { sizeBytes: object.sizeBytes, sha256: object.sha256 } : {}) },
    });
  }
}

async function expectFault(
  context: ItemContext,
  name: string,
  { fault, problem }: StorageCheck,
  wanted: StorageFault[],
): Promise<void> {
  const ok = fault !== null && wanted.includes(fault);
  const words = problem ?? "it was accepted";
  await context.record({ name, ok, words: ok ? words : `not named as such: ${words}`, where: "bucket" });
  if (!ok) throw new ItemFailure(`${name} is not named as such: ${words}`, "storage_failed");
}
