import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";

/** `$client` is for what is read by a statement that the server has prepared. */
export type Database = NodePgDatabase & { $client: pg.Pool };
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];
/** Queries take either: a pool, or the transaction that a verb has open. */
export type DatabaseOrTransaction = Database | Transaction;

export interface Connection {
  db: Database;
  pool: pg.Pool;
  close(): Promise<void>;
}

interface ConnectionOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  maxConnections: number;
  /** Time to get a connection, and to get an answer. Without them a black-holed connection hangs for ever. */
  acquireTimeoutMs: number;
  statementTimeoutMs: number;
  onError?: (error: Error) => void;
}

/** How long a web request waits is a setting (DATABASE_ANSWER_WITHIN_MS); workers may wait longer. */
export const POOL_LIMITS = {
  web: { maxConnections: 16 },
  worker: { maxConnections: 12, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000 },
  /** Moving traffic: few, and patient, since a rollback must win. */
  operate: { maxConnections: 3, acquireTimeoutMs: 3_000, statementTimeoutMs: 15_000 },
  tool: { maxConnections: 4, acquireTimeoutMs: 5_000, statementTimeoutMs: 60_000 },
} as const;

export function connect(options: ConnectionOptions): Connection {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: `switchyard ${options.name}`,
    max: options.maxConnections,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    query_timeout: options.statementTimeoutMs + 500,
    statement_timeout: options.statementTimeoutMs,
    lock_timeout: 1_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  });
  // Without a listener an idle client's error (Postgres restarted) ends the whole process.
  pool.on("error", (error) => options.onError?.(error));
  // One that is checked out and between two queries (in a transaction) is nobody's: the pool listens to idle ones only.
  pool.on("connect", (client) => {
    client.on("error", (error) => options.onError?.(error));
  });
  const db = drizzle(pool);
  db.transaction = transactionOn(pool);
  return { db, pool, close: () => pool.end() };
}

/**
 * drizzle's own keeps the pooled connection for ever when its `begin` fails (drizzle-orm 0.45.4, node-postgres/session.js:
 * `begin` stands before the `try` that releases), so a few restarts of PostgreSQL would empty a small pool. Here it is
 * given back however the transaction ends, and closed where it is still inside one.
 */
function transactionOn(pool: pg.Pool): Database["transaction"] {
  return async (work, config) => {
    const client = await pool.connect();
    try {
      return await drizzle(client).transaction(work, config);
    } finally {
      client.release(client.getTransactionStatus() !== "I");
    }
  };
}
