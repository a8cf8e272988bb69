import { and, eq, isNull, sql } from "drizzle-orm";
import { type ApiKeyView, toApiKeyView } from "@/db/queries/api-keys";
import { apiKeys } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { AppError } from "@/server/errors";
import { requireScope } from "./access";
import { forgetApiKey } from "./authenticate-api-key";
import type { KeyDeps } from "./create-api-key";

/** Ends a key for good: at once in this process, within a second in others. Harmless on one already revoked. */
export async function revokeApiKey(deps: KeyDeps, id: string): Promise<ApiKeyView> {
  requireScope(deps.principal, "admin");
  const view = await deps.db.transaction(async (tx) => {
    const [revoked] = await tx
      .update(apiKeys)
      .set({ revokedAt: sql`clock_timestamp()` })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
      .returning();
    if (revoked) {
      await recordAudit(tx, {
        actor: deps.principal.name,
        via: deps.via,
        action: "api_key.revoked",
        target: revoked.id,
        environment: revoked.environment,
        before: { name: revoked.name, scopes: revoked.scopes },
        requestId: deps.requestId,
      });
      return toApiKeyView(revoked);
    }
    const [known] = await tx.select().from(apiKeys).where(eq(apiKeys.id, id));
    if (!known) throw new AppError("NOT_FOUND", "no API key has this id");
    return toApiKeyView(known);
  });
  forgetApiKey(id);
  return view;
}
