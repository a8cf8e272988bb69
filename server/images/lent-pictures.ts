import { setTimeout as pause } from "node:timers/promises";
import type { DatabaseOrTransaction } from "@/db/client";
import { askForPicture, lentPicture } from "@/db/queries/lent-pictures";
import { isDiskServed } from "@/db/queries/storage-looks";
import { sha256Of } from "./object-key";
import type { StoredObject } from "./object-store";

/** Longer than its owner takes to look and to read; a browser waits as long for a picture. */
const PATIENCE_MS = 4_000;
const LOOK_EVERY_MS = 100;

/** The way to pictures on other machines' disks, through the database that all machines share. */
export interface Borrower {
  /** The bytes, compared with their hash; null when its owner does not run, or does not give them in time. */
  borrow(object: StoredObject): Promise<Uint8Array | null>;
}

export function createBorrower(db: DatabaseOrTransaction, patienceMs = PATIENCE_MS): Borrower {
  return {
    async borrow({ sha256, diskId, objectKey }) {
      // Nobody would answer, and whoever reads many pictures would wait for each.
      if (diskId === null || !(await isDiskServed(db, diskId))) return null;
      const find = async () => {
        const bytes = await lentPicture(db, sha256);
        return bytes !== null && sha256Of(bytes) === sha256 ? bytes : null;
      };
      await askForPicture(db, { sha256, diskId, objectKey });
      const untilMs = performance.now() + patienceMs;
      for (;;) {
        const bytes = await find();
        if (bytes !== null || performance.now() >= untilMs) return bytes;
        await pause(LOOK_EVERY_MS);
      }
    },
  };
}
