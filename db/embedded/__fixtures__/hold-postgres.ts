import { startEmbeddedPostgres } from "../start-embedded-postgres";

/** A process of ours that uses the database until it is killed. Says where the database is on its first line. */
const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error("usage: hold-postgres DATA_DIR");

startEmbeddedPostgres({ dataDir, durable: false, log: () => {} }).then((postgres) => {
  process.stdout.write(`${JSON.stringify({ url: postgres.url, port: postgres.port, adopted: postgres.adopted })}\n`);
  process.stdin.resume();
});
