import type { Database } from "@/db/client";
import type { SignUrl } from "@/db/queries/generation-columns";
import { generationDetails } from "@/db/queries/generations";
import { requireScope } from "@/server/auth/access";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { isId } from "@/server/domain/ids";
import { createBatcher } from "@/server/engine/batcher";
import { AppError } from "@/server/errors";
import type { Principal } from "./types";

export interface ReadDeps {
  db: Database;
  signUrl: SignUrl;
}

type Read = (id: string) => Promise<GenerationDetail | null>;
const readers = new WeakMap<SignUrl, Read>();

/**
 * One generation, read after the call began; null: no such id. Reads of the same moment share a statement: under load
 * every accepted request asks for what it has just written.
 */
export function readGeneration({ db, signUrl }: ReadDeps, id: string): Promise<GenerationDetail | null> {
  let read = readers.get(signUrl);
  if (!read) {
    read = createBatcher(
      async (ids: string[]) => {
        const details = await generationDetails(db, [...new Set(ids)], signUrl);
        const byId = new Map(details.map((detail) => [detail.id, detail]));
        return ids.map((wanted) => byId.get(wanted) ?? null);
      },
      { maxSize: 64, maxParallel: 4 },
    );
    readers.set(signUrl, read);
  }
  return read(id.toLowerCase());
}

/**
 * Throws NOT_FOUND for an unknown id and, in the same words, for another environment's generation: whether it exists
 * is none of the caller's business.
 */
export async function getGeneration(deps: ReadDeps, principal: Principal, id: string): Promise<GenerationDetail> {
  requireScope(principal, "read");
  const found = isId(id) ? await readGeneration(deps, id) : null;
  const hidden = principal.environment !== null && found?.environment !== principal.environment;
  if (!found || hidden) throw new AppError("NOT_FOUND", "no generation has this id");
  return found;
}
