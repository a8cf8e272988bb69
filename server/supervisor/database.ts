import { setTimeout as sleep } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/db/embedded/start-embedded-postgres";
import { migrate } from "@/db/migrate";
import type { Config } from "@/server/config";

export interface SupervisedDatabase {
  url(): string;
  stop(withinMs: number): Promise<void>;
}

interface Options {
  config: Config;
  say: (line: string) => void;
  /** The database was restarted at another address. */
  onMoved: () => void;
}

const WATCH_EVERY_MS = 500;

/** The configured database or the embedded one, migrated. The embedded one is kept running. */
export async function startDatabase({ config, say, onMoved }: Options): Promise<SupervisedDatabase> {
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl.reveal();
    await migrateSaying(url, say);
    return { url: () => url, stop: async () => {} };
  }
  const start = () => startEmbeddedPostgres({ dataDir: config.dataDir, log: say });
  let postgres = await start();
  const stopping = new AbortController();
  try {
    await migrateSaying(postgres.url, say);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  const watching = keepRunning();
  return {
    url: () => postgres.url,
    async stop(withinMs) {
      stopping.abort();
      await watching;
      await postgres.stop({ withinMs });
    },
  };

  async function keepRunning(): Promise<void> {
    while (await pause(WATCH_EVERY_MS, stopping.signal)) {
      if (postgres.isRunning()) continue;
      say("the database stopped unexpectedly; starting it again");
      postgres = await startAgain(postgres);
    }
  }

  async function startAgain(dead: EmbeddedPostgres): Promise<EmbeddedPostgres> {
    await dead.stop().catch(() => {});
    for (;;) {
      try {
        const next = await start();
        say("the database is back");
        if (next.url !== dead.url) onMoved();
        return next;
      } catch (error) {
        say(`the database does not start: ${error instanceof Error ? error.message : String(error)}`);
        if (!(await pause(5_000, stopping.signal))) return dead;
      }
    }
  }
}

async function migrateSaying(databaseUrl: string, say: (line: string) => void): Promise<void> {
  const applied = await migrate({ databaseUrl, log: say });
  if (applied > 0) say(`      ${applied} database migration${applied === 1 ? "" : "s"} applied`);
}

/** False when the wait was cut short. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
