import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { StorageCheck } from "@/server/domain/storage";
import { createDiskStore } from "./disk-store";
import { probePicture } from "./probe-picture";
import { runSteps } from "./run-steps";
import type { UrlSigner } from "./signed-url";
import { StorageProblem } from "./storage-problem";

const DAY_MS = 86_400_000;

/** Tries the data folder with a small picture of its own and takes it away again. */
export async function checkDisk(
  dataDir: string,
  signer: UrlSigner,
  now: () => number = Date.now,
): Promise<StorageCheck> {
  const { bytes, sha256, key, sizeBytes } = await probePicture();
  const disk = createDiskStore({ directory: dataDir, now });
  const object = { sha256, mimeType: "image/png" };
  const result = await runSteps(
    {
      async put() {
        await disk.write(key, bytes, sha256);
        return `${sizeBytes} bytes stored as ${key}`;
      },
      async head() {
        const { size } = await stat(join(dataDir, key));
        if (size !== sizeBytes) throw new StorageProblem("wrong_bytes", `the file has ${size} bytes, not ${sizeBytes}`);
        return `${size} bytes`;
      },
      async get() {
        await disk.read(key, sha256);
        return `SHA-256 ${sha256}`;
      },
      async signed_url() {
        if (signer.verify(signer.sign(object, now()), now())?.sha256 !== sha256)
          throw new StorageProblem("rejected", "this server refuses the address that it signed itself");
        return "this server takes the address that it signed";
      },
      async private() {
        if (signer.verify(signer.sign(object, now()).replace(/&s=.*/, ""), now()) !== null)
          throw new StorageProblem("rejected", "this server takes an address without a signature");
        return "without a signature it is refused";
      },
      async expiry() {
        if (signer.verify(signer.sign(object, now() - DAY_MS), now()) !== null)
          throw new StorageProblem("rejected", "this server takes an address that expired long ago");
        return "an expired address is refused";
      },
      public_url: null,
      async delete() {
        await disk.remove(key);
        return "gone";
      },
    },
    (error) => {
      if (StorageProblem.is(error)) return { fault: error.fault, message: error.message };
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      return { fault: "disk_failed", message: `the data directory cannot be used (${code})` };
    },
  );
  return { store: "disk", where: dataDir, ...result, object: { key, sha256, sizeBytes }, checkedAtMs: now() };
}
