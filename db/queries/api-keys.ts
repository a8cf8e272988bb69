import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/db/client";
import { apiKeys } from "@/db/schema";
import type { ApiScope } from "@/server/domain/vocabulary";

export interface ApiKeyView {
  id: string;
  name: string;
  prefix: string;
  environment: string;
  scopes: ApiScope[];
  createdBy: string;
  createdAtMs: number;
  expiresAtMs: number | null;
  revokedAtMs: number | null;
  /** To the minute. */
  lastUsedAtMs: number | null;
}

/** What deciding about a request needs. `expired` is by the database's clock. */
export interface ApiKeyRow {
  id: string;
  name: string;
  hash: string;
  environment: string;
  scopes: ApiScope[];
  revoked: boolean;
  expired: boolean;
}

/** Prepared: asked about once a second for every key in use. */
const prepared = new WeakMap<Database, ReturnType<typeof prepare>>();

function prepare(db: Database) {
  return db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      hash: apiKeys.hash,
      environment: apiKeys.environment,
      scopes: apiKeys.scopes,
      revoked: sql<boolean>`${apiKeys.revokedAt} is not null`,
      expired: sql<boolean>`coalesce(${apiKeys.expiresAt} <= clock_timestamp(), false)`,
    })
    .from(apiKeys)
    .where(eq(apiKeys.id, sql.placeholder("id")))
    .prepare("api_key");
}

export async function apiKeyById(db: Database, id: string): Promise<ApiKeyRow | null> {
  const statement = prepared.get(db) ?? prepare(db);
  prepared.set(db, statement);
  const [row] = await statement.execute({ id });
  return row ?? null;
}

/** Notes a use, at most once a minute a key, whatever the number of instances. */
export async function touchApiKey(db: Database, id: string): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(apiKeys.id, id),
        or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`clock_timestamp() - interval '1 minute'`)),
      ),
    );
}

/** Newest first. Null: of every environment. */
export async function listApiKeys(db: DatabaseOrTransaction, environment: string | null): Promise<ApiKeyView[]> {
  const rows = await db
    .select()
    .from(apiKeys)
    .where(environment === null ? undefined : eq(apiKeys.environment, environment))
    .orderBy(desc(apiKeys.createdAt));
  return rows.map(toApiKeyView);
}

export function toApiKeyView(row: typeof apiKeys.$inferSelect): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    environment: row.environment,
    scopes: row.scopes,
    createdBy: row.createdBy,
    createdAtMs: row.createdAt.getTime(),
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    revokedAtMs: row.revokedAt?.getTime() ?? null,
    lastUsedAtMs: row.lastUsedAt?.getTime() ?? null,
  };
}
