import type { DatabaseOrTransaction } from "@/db/client";
import { heldInput, holdInput } from "@/db/queries/held-inputs";
import { sha256Of } from "./object-key";

/** Callers' pictures in the database for as long as their generations are open. */
export interface HeldInputs {
  /** False: too much is held already. */
  hold(bytes: Uint8Array, sha256: string): Promise<boolean>;
  /** The bytes, compared with their hash; null when they are not held. */
  find(sha256: string): Promise<Uint8Array | null>;
}

/** Some hundred of the largest pictures; thousands of usual ones. */
const LIMIT_BYTES = 2 * 1024 ** 3;

export function createHeldInputs(
  deps: { taking: DatabaseOrTransaction; giving: DatabaseOrTransaction },
  limitBytes = LIMIT_BYTES,
): HeldInputs {
  return {
    hold: (bytes, sha256) => holdInput(deps.taking, { bytes, sha256 }, limitBytes),
    async find(sha256) {
      const bytes = await heldInput(deps.giving, sha256);
      return bytes !== null && sha256Of(bytes) === sha256 ? bytes : null;
    },
  };
}
