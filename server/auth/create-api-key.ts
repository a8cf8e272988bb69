import { z } from "zod";
import type { Database } from "@/db/client";
import { type ApiKeyView, toApiKeyView } from "@/db/queries/api-keys";
import { apiKeys } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { INSTANT_MAX_MS } from "@/server/domain/time-span";
import { API_SCOPES } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { Principal } from "@/server/gateway/types";
import { requireScope } from "./access";
import { makeApiKey } from "./api-key-format";

export const createApiKeyInput = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, { error: "must not be empty" })
    .max(100, { error: "must have at most 100 characters" }),
  environment: z.string().max(31),
  scopes: z
    .array(z.enum(API_SCOPES, { error: `must be of ${API_SCOPES.join(", ")}` }))
    .min(1, { error: "must name at least one scope" })
    .transform((scopes) => [...new Set(scopes)]),
  expiresAtMs: z.int().positive().max(INSTANT_MAX_MS).nullable().default(null),
});

export interface KeyDeps {
  db: Database;
  principal: Principal;
  via: "console" | "cli";
  requestId: string | null;
}

/** Makes a key. `key` is its only showing: what is stored cannot be turned back into it. */
export async function createApiKey(
  deps: KeyDeps & { environments: string[]; nowMs: number },
  input: z.output<typeof createApiKeyInput>,
): Promise<{ key: string; view: ApiKeyView }> {
  requireScope(deps.principal, "admin");
  const problem = (field: string, rule: string) =>
    new AppError("BAD_REQUEST", `${field} ${rule}`, { problems: [{ field, rule }] });
  if (!deps.environments.includes(input.environment))
    throw problem("environment", `must be one of ${deps.environments.join(", ")}`);
  if (input.expiresAtMs !== null && input.expiresAtMs <= deps.nowMs) throw problem("expiresAtMs", "must lie ahead");
  const made = makeApiKey(input.environment);
  const view = await deps.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(apiKeys)
      .values({
        id: made.id,
        name: input.name,
        prefix: made.prefix,
        hash: made.hash,
        environment: input.environment,
        scopes: input.scopes,
        createdBy: deps.principal.name,
        expiresAt: input.expiresAtMs === null ? null : new Date(input.expiresAtMs),
      })
      .returning();
    if (!row) throw new Error("the key was not stored");
    await recordAudit(tx, {
      actor: deps.principal.name,
      via: deps.via,
      action: "api_key.created",
      target: row.id,
      environment: row.environment,
      after: { name: row.name, scopes: row.scopes, expiresAtMs: input.expiresAtMs },
      requestId: deps.requestId,
    });
    return toApiKeyView(row);
  });
  return { key: made.key, view };
}
