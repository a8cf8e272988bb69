import pg from "pg";

/** Makes an empty database, or a copy of a template, and returns its connection string. */
export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<string> {
  // FILE_COPY would need checkpoints on the whole server, and the template is small: through the log is faster.
  const from = template === undefined ? "" : ` template ${quoted(template)} strategy wal_log`;
  await onServer(serverUrl, (client) => client.query(`create database ${quoted(name)}${from}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

/** Nobody may connect to a template: one open connection would make every clone fail. */
export async function sealTemplate(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, (client) => client.query(`alter database ${quoted(name)} with allow_connections false`));
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, (client) => client.query(`drop database if exists ${quoted(name)} with (force)`));
}

/** Drops every database whose name starts with the prefix, with whoever is still connected. */
export async function dropDatabases(serverUrl: string, prefix: string): Promise<void> {
  await onServer(serverUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where starts_with(datname, $1)",
      [prefix],
    );
    for (const { name } of rows) await client.query(`drop database if exists ${quoted(name)} with (force)`);
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function onServer<T>(serverUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000, query_timeout: 60_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
