import type { Database } from "@/db/client";
import { type ApiKeyView, listApiKeys as readApiKeys } from "@/db/queries/api-keys";
import type { Principal } from "@/server/gateway/types";
import { requireScope } from "./access";

export async function listApiKeys(
  deps: { db: Database; principal: Principal },
  environment: string | null,
): Promise<ApiKeyView[]> {
  requireScope(deps.principal, "admin");
  return readApiKeys(deps.db, environment);
}
