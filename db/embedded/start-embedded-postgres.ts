import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Binaries, preparedBinaries } from "./binaries";
import { DATABASE_NAME, DATABASE_USER, ensureCluster } from "./cluster";
import { findHome, type Home } from "./home";
import { withLock } from "./lock";
import {
  findPostmaster,
  isRunning,
  type Postmaster,
  StartFailure,
  spawnPostmaster,
  stopPostmaster,
  waitUntilReady,
} from "./postmaster";
import { countUsers, foreignUser, joinUsers } from "./users";

export interface EmbeddedPostgresOptions {
  /** The product's data folder; the database takes `postgres` in it. */
  dataDir: string;
  /** A port that must be used. Without it: the one used last, or a free one. */
  port?: number;
  /** False trades safety against power loss for speed. For tests only. */
  durable?: boolean;
  log: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** A connection string with the password in it: never print it. */
  url: string;
  port: number;
  /** True when the server ran already, left over or in use by another process of ours. */
  adopted: boolean;
  /** Whether the server process itself still runs. */
  isRunning(): boolean;
  /**
   * Leaves the server, and stops it unless another process uses it still. Takes at most about `withinMs`
   * (default 4,500). A second call does nothing.
   */
  stop(options?: { withinMs?: number }): Promise<void>;
}

/** Initialising takes 3 s, recovering 120 s at most; a second starter waits for the first that long. */
const LOCK_WAIT_MS = 150_000;

/**
 * Starts the embedded PostgreSQL of a data folder, or joins the one that runs there. Any number of processes may do
 * this at once: they share one server, and the last to stop it ends it. A server that a killed process left behind is
 * adopted when it answers and replaced when it does not.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const home = findHome(options.dataDir, log);
  return withLock(home.lockFile, LOCK_WAIT_MS, async () => {
    const otherHost = foreignUser(home.usersDirectory);
    if (otherHost !== null) throw new Error(`the machine ${otherHost} is using the database in ${home.directory}`);

    const found = await adoptable(home, options.port, log);
    const postmaster = found ?? (await startNew(home, options));
    const leave = joinUsers(home.usersDirectory);
    const url = urlOf(home, postmaster.port);
    try {
      await ensureDatabase(url, urlOf(home, postmaster.port, "postgres"));
    } catch (error) {
      leave();
      if (countUsers(home.usersDirectory) === 0) await stopPostmaster(postmaster, 4_500);
      throw error;
    }
    return handle(home, postmaster, url, found !== null, leave);
  });
}

function handle(
  home: Home,
  postmaster: Postmaster,
  url: string,
  adopted: boolean,
  leave: () => void,
): EmbeddedPostgres {
  let stopping: Promise<void> | null = null;
  const stop = async (withinMs: number) => {
    const deadline = Date.now() + withinMs;
    leave();
    await withLock(home.lockFile, withinMs / 4, async () => {
      if (countUsers(home.usersDirectory) === 0) await stopPostmaster(postmaster, deadline - Date.now());
    }).catch((error: unknown) => {
      // Whoever holds the lock is starting or stopping the server and will see that we have left.
      if (isRunning(postmaster) && !existsSync(home.lockFile)) throw error;
    });
  };
  return {
    url,
    port: postmaster.port,
    adopted,
    isRunning: () => isRunning(postmaster),
    stop: ({ withinMs = 4_500 } = {}) => {
      stopping ??= stop(withinMs);
      return stopping;
    },
  };
}

/** Stops a server that runs on this data folder though no living process uses it. True when there was one. */
export async function stopAbandonedPostgres(dataDir: string, log: (line: string) => void): Promise<boolean> {
  const home = findHome(dataDir, log);
  return withLock(home.lockFile, LOCK_WAIT_MS, async () => {
    const postmaster = findPostmaster(home);
    if (postmaster === null || countUsers(home.usersDirectory) > 0) return false;
    await stopPostmaster(postmaster, 4_500);
    return true;
  });
}

/** The running server if it is in order. One that does not answer is stopped: it would block every start. */
async function adoptable(
  home: Home,
  port: number | undefined,
  log: (line: string) => void,
): Promise<Postmaster | null> {
  const found = findPostmaster(home);
  if (found === null) return null;
  const othersUseIt = countUsers(home.usersDirectory) > 0;
  if (port !== undefined && found.port !== port) {
    if (othersUseIt) throw new Error(`the database already runs on port ${found.port}, so it can't be on ${port}`);
  } else if (await waitUntilReady(home, found)) {
    const problem = await connectionProblem(urlOf(home, found.port, "postgres"));
    if (problem === null) {
      if (!othersUseIt) log(`found the database still running (process ${found.pid}) and took it over`);
      return found;
    }
    // Full of connections, perhaps. Whoever works with it must not lose it because we can't get in.
    if (othersUseIt) throw new Error(`the database that another process of ours uses does not let us in: ${problem}`);
    log(`the database that was left running (process ${found.pid}) does not answer: ${problem}`);
  }
  log(`stopping the database that was left running (process ${found.pid})`);
  await stopPostmaster(found, 4_500);
  return null;
}

async function startNew(home: Home, options: EmbeddedPostgresOptions): Promise<Postmaster> {
  const durable = options.durable ?? true;
  const binaries = preparedBinaries(home.account, home.binariesCopy, options.log);
  await ensureCluster(home, binaries, durable);
  const postmaster = await spawnOnSomePort(home, binaries, options.port ?? null, durable);
  writeFileSync(home.portFile, `${postmaster.port}\n`);
  return postmaster;
}

async function spawnOnSomePort(
  home: Home,
  binaries: Binaries,
  fixedPort: number | null,
  durable: boolean,
): Promise<Postmaster> {
  const deadline = Date.now() + 30_000;
  let port = fixedPort ?? rememberedPort(home) ?? (await freePort());
  for (;;) {
    try {
      return await spawnPostmaster(home, binaries, port, durable);
    } catch (error) {
      if (!(error instanceof StartFailure) || Date.now() > deadline) throw error;
      if (error.reason === "port_taken" && fixedPort === null) port = await freePort();
      // A killed server's last processes let go of its memory a moment after it.
      else if (error.reason === "still_in_use") await sleep(200);
      else throw error;
    }
  }
}

function rememberedPort(home: Home): number | null {
  try {
    const port = Number(readFileSync(home.portFile, "utf8").trim());
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") fail(new Error("no free port"));
        else done(address.port);
      });
    });
  });
}

function urlOf(home: Home, port: number, database = DATABASE_NAME): string {
  if (!existsSync(home.passwordFile)) {
    throw new Error(`${home.passwordFile} is missing, so the database in ${home.cluster} can't be opened`);
  }
  const password = readFileSync(home.passwordFile, "utf8").trim();
  return `postgres://${DATABASE_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

async function connectionProblem(url: string): Promise<string | null> {
  try {
    await withClient(url, (client) => client.query("select 1"));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function ensureDatabase(url: string, maintenanceUrl: string): Promise<void> {
  try {
    await withClient(url, (client) => client.query("select 1"));
  } catch (error) {
    if ((error as { code?: string }).code !== "3D000") throw error;
    await withClient(maintenanceUrl, (client) => client.query(`create database ${DATABASE_NAME}`));
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
  // Without a listener a connection that breaks between two queries takes the whole process down.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
