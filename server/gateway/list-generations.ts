import { generationFacets } from "@/db/queries/generation-facets";
import { type ListPosition, listGenerations } from "@/db/queries/list-generations";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { type GenerationSort, NEWEST_FIRST, sortParts } from "@/server/domain/generation-sort";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { isId } from "@/server/domain/ids";
import { AppError } from "@/server/errors";
import type { GenerationFacets, GenerationFilter, GenerationPage, GenerationPageAsked } from "./gateway";
import type { ReadDeps } from "./get-generation";
import type { Principal } from "./types";

/** A page. Throws BAD_REQUEST on a cursor that this function did not make for this sort. */
export async function listGenerationPage(
  deps: ReadDeps,
  principal: Principal,
  filter: GenerationFilter,
  { cursor, limit, sort = NEWEST_FIRST }: GenerationPageAsked,
): Promise<GenerationPage> {
  requireScope(principal, "read");
  requireEnvironment(principal, filter.environment);
  const after = cursor === null ? null : readCursor(cursor, sort);
  const { rows, more } = await listGenerations(deps.db, filter, { sort, after, limit }, deps.signUrl);
  const last = rows.at(-1);
  return { rows, nextCursor: more && last ? cursorAfter(last, sort) : null };
}

export async function countFacets(
  deps: ReadDeps,
  principal: Principal,
  filter: GenerationFilter,
  nowMs: number,
): Promise<GenerationFacets> {
  requireScope(principal, "read");
  requireEnvironment(principal, filter.environment);
  return generationFacets(deps.db, filter, nowMs);
}

const SORT_VALUES = {
  time: () => null,
  latency: (row: GenerationSummary) => row.latencyMs,
  cost: (row: GenerationSummary) => row.costMicros,
};

/** `id`, or `id~value` where rows are sorted by a value; after the sign nothing where it is unknown. */
function cursorAfter(row: GenerationSummary, sort: GenerationSort): string {
  const { key } = sortParts(sort);
  const text = key === "time" ? row.id : `${row.id}~${SORT_VALUES[key](row) ?? ""}`;
  return Buffer.from(text).toString("base64url");
}

function readCursor(cursor: string, sort: GenerationSort): ListPosition {
  const [id = "", value] = Buffer.from(cursor, "base64url").toString("utf8").split("~");
  const isByTime = sortParts(sort).key === "time";
  if (isId(id) && isByTime === (value === undefined) && /^-?\d{0,16}$/.test(value ?? ""))
    return { id, value: value ? Number(value) : null };
  const rule = "must be the nextCursor of an earlier page with the same sort";
  throw new AppError("BAD_REQUEST", `cursor ${rule}`, { problems: [{ field: "cursor", rule }] });
}
