import type { R2Settings } from "@/server/config";
import type { StorageCheck } from "@/server/domain/storage";
import { checkPublicUrl } from "./check-public-url";
import { probePicture } from "./probe-picture";
import { asHash, asNothing, createR2Requests, type R2RequestOptions } from "./r2-requests";
import { runSteps } from "./run-steps";
import { StorageProblem } from "./storage-problem";

const VALID_S = 60;
const HOUR_MS = 3_600_000;

/**
 * Tries the bucket with a small picture of its own and takes it away again. Each request is made once: a check is to
 * show what is, where the store's own work would ask again.
 */
export async function checkR2(
  settings: R2Settings,
  now: () => number = Date.now,
  options: R2RequestOptions = { timeoutMs: 10_000 },
): Promise<StorageCheck> {
  const { bytes, sha256, key, sizeBytes } = await probePicture();
  const { publicUrl } = settings;
  const requests = createR2Requests(settings, options);
  const call = { key, again: false } as const;
  const where = `bucket ${settings.bucket} at ${new URL(settings.endpoint).host}`;
  try {
    const result = await runSteps(
      {
        async put() {
          const headers = {
            "content-type": "image/png",
            "content-length": String(sizeBytes),
            "x-amz-content-sha256": sha256,
          };
          const answer = await requests.send(
            { ...call, method: "PUT", body: { open: () => bytes, headers } },
            asNothing,
          );
          if (!answer.headers.etag)
            throw new StorageProblem(
              "wrong_endpoint",
              "what answers is no object store: check R2_ENDPOINT or R2_ACCOUNT_ID",
            );
          return `${sizeBytes} bytes stored as ${key}`;
        },
        async head() {
          const { headers } = await requests.send({ ...call, method: "HEAD" }, asNothing);
          const size = Number(headers["content-length"]);
          if (size !== sizeBytes) throw wrongBytes(`the store says ${size} bytes, ${sizeBytes} were sent`);
          if (headers["content-type"] !== "image/png")
            throw wrongBytes(`the store says type ${String(headers["content-type"])}, image/png was sent`);
          return `${size} bytes, image/png`;
        },
        async get() {
          const { body } = await requests.send({ ...call, method: "GET" }, asHash);
          if (body !== sha256) throw wrongBytes(`the bytes that came back have hash ${body}, not ${sha256}`);
          return `SHA-256 ${sha256}`;
        },
        async signed_url() {
          const answer = await requests.fetchAsStranger(await requests.presign("GET", key, VALID_S, now()));
          if (answer.status !== 200)
            throw new StorageProblem("rejected", `a signed address answers ${answer.status}, not 200`);
          if (answer.sha256 !== sha256) throw wrongBytes("a signed address gives other bytes than were stored");
          return `opens without cookie or key, valid for ${VALID_S} s`;
        },
        async private() {
          const { status } = await requests.fetchAsStranger(requests.address(key));
          if (status < 400)
            throw new StorageProblem(
              "rejected",
              `the address without a signature answers ${status}: the bucket is open to all`,
            );
          return `without a signature it answers ${status}`;
        },
        async expiry() {
          // Signed as if an hour ago: the store has to refuse it now, and nobody has to wait.
          const { status } = await requests.fetchAsStranger(
            await requests.presign("GET", key, VALID_S, now() - HOUR_MS),
          );
          if (status < 400) throw new StorageProblem("rejected", `an address that expired long ago answers ${status}`);
          return `an expired address answers ${status}`;
        },
        public_url:
          publicUrl === null
            ? null
            : () => checkPublicUrl(requests, { publicUrl, bucket: settings.bucket }, { key, sha256 }),
        async delete() {
          await requests.send({ ...call, method: "DELETE" }, asNothing);
          const left = await requests.send({ ...call, method: "HEAD" }, asNothing).catch((error: unknown) => {
            if (StorageProblem.is(error) && error.fault === "missing") return null;
            throw error;
          });
          if (left !== null) throw new StorageProblem("rejected", "the object is still there after it was deleted");
          return "gone";
        },
      },
      toFault,
    );
    return { store: "r2", where, ...result, object: { key, sha256, sizeBytes }, checkedAtMs: now() };
  } finally {
    await requests.close();
  }
}

function wrongBytes(message: string): StorageProblem {
  return new StorageProblem("wrong_bytes", message);
}

function toFault(error: unknown) {
  if (StorageProblem.is(error)) return { fault: error.fault, message: error.message };
  throw error;
}
