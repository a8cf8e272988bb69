import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { findHome } from "@/db/embedded/home";
import { startEmbeddedPostgres } from "@/db/embedded/start-embedded-postgres";
import { migrate } from "@/db/migrate";

// Run as a program of its own: an embedded, migrated PostgreSQL in a folder, started again whenever it is killed. Tells
// its parent where it is over the channel between them (never on a terminal: the address holds the password).
const [dataDir] = process.argv.slice(2);
if (!dataDir || !process.send) throw new Error("usage, as a forked child: serve-database.ts DATADIR");

const WATCH_EVERY_MS = 50;
const log = (line: string) => void process.stderr.write(`${line}\n`);
mkdirSync(dataDir, { recursive: true });
const start = () => startEmbeddedPostgres({ dataDir, log });
let postgres = await start();
await migrate({ databaseUrl: postgres.url });

let stopping = false;
const stop = () => {
  stopping = true;
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
process.once("disconnect", stop);
process.send({ type: "ready", url: postgres.url, cluster: findHome(dataDir, log).cluster });

while (!stopping) {
  await sleep(WATCH_EVERY_MS);
  if (stopping || postgres.isRunning()) continue;
  await postgres.stop().catch(() => {});
  postgres = await start();
}
await postgres.stop();
process.exit(0);
