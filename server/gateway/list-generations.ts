import { generationFacets } from "@/db/queries/generation-facets";
import { listGenerations } from "@/db/queries/list-generations";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { isId } from "@/server/domain/ids";
import { AppError } from "@/server/errors";
import type { GenerationFacets, GenerationFilter, GenerationPage } from "./gateway";
import type { ReadDeps } from "./get-generation";
import type { Principal } from "./types";

/** A page, newest first. Throws BAD_REQUEST on a cursor that this function did not make. */
export async function listGenerationPage(
  deps: ReadDeps,
  principal: Principal,
  filter: GenerationFilter,
  page: { cursor: string | null; limit: number },
): Promise<GenerationPage> {
  requireScope(principal, "read");
  requireEnvironment(principal, filter.environment);
  const beforeId = page.cursor === null ? null : readCursor(page.cursor);
  const { rows, more } = await listGenerations(deps.db, filter, { beforeId, limit: page.limit }, deps.signUrl);
  const last = rows.at(-1);
  return { rows, nextCursor: more && last ? Buffer.from(last.id).toString("base64url") : null };
}

export async function countFacets(
  deps: ReadDeps,
  principal: Principal,
  filter: GenerationFilter,
): Promise<GenerationFacets> {
  requireScope(principal, "read");
  requireEnvironment(principal, filter.environment);
  return generationFacets(deps.db, filter);
}

function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, "base64url").toString("utf8");
  if (isId(id)) return id;
  throw new AppError("BAD_REQUEST", "cursor must be the nextCursor of an earlier page", {
    problems: [{ field: "cursor", rule: "must be the nextCursor of an earlier page" }],
  });
}
