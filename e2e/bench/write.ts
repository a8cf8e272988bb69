import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDatabase } from "../chaos/processes/database";
import { runProgram } from "./support/run-program";

const HELP = `Usage: npm run bench:write -- [--json]

Settling generations as a worker does (end, attempt, cost lines, picture, event, outbox) against bare inserts of the same
rows, and against the same settling without outbox and cost lines, at 1, 16 and 64 writers in turn, on an embedded
PostgreSQL; and how fast the roll-ups take up what has ended.
`;

const SETTLING = fileURLToPath(new URL("../../server/engine/testing/time-settling.ts", import.meta.url));
const ROLL_UP = fileURLToPath(new URL("../../server/metrics/testing/time-roll-up.ts", import.meta.url));
const RATIO_MAX = 1.5;
const ROLLED_UP_MIN = 10_000;

interface Settling {
  writers: number;
  settledPerSecond: number;
  insertedPerSecond: number;
  /** Settled without outbox and cost lines. */
  uncountedPerSecond: number;
}
interface RollUp {
  spread: string;
  generationsPerSecond: number;
}

const rounded = (value: number) => Math.round(value).toLocaleString("en");

async function bench(onSettling: (row: Settling) => void, onRollUp: (row: RollUp) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-write-"));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, "logs"));
  const database = await startDatabase(join(folder, "database"), join(folder, "logs", "database.log"));
  try {
    const env = { DATABASE_URL: database.url };
    await runProgram(SETTLING, env, (line) => onSettling(JSON.parse(line) as Settling));
    await runProgram(ROLL_UP, env, (line) => onRollUp(JSON.parse(line) as RollUp));
  } finally {
    await database.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function main(json: boolean): Promise<void> {
  const settling: Settling[] = [];
  const rollUp: RollUp[] = [];
  await bench(
    (row) => {
      settling.push(row);
      const ratio = row.insertedPerSecond / row.settledPerSecond;
      const missed = ratio > RATIO_MAX ? `  MISSED: above ${RATIO_MAX} ×` : "";
      if (!json)
        console.log(
          `${`${row.writers}`.padStart(2)} writers: ${rounded(row.settledPerSecond)} settled/s, ${rounded(row.insertedPerSecond)} bare inserts/s, ${ratio.toFixed(2)} ×; ${rounded(row.uncountedPerSecond)}/s without outbox and ledger, ${(row.uncountedPerSecond / row.settledPerSecond).toFixed(2)} ×${missed}`,
        );
    },
    (row) => {
      rollUp.push(row);
      const missed = row.generationsPerSecond < ROLLED_UP_MIN ? `  MISSED: below ${rounded(ROLLED_UP_MIN)}` : "";
      if (!json)
        console.log(
          `roll-up of ${row.spread}: ${rounded(row.generationsPerSecond)} generations/s, each with an attempt${missed}`,
        );
    },
  );
  if (json) console.log(JSON.stringify({ settling, rollUp }));
}

if (process.argv.includes("--help")) console.log(HELP);
else
  main(process.argv.includes("--json")).catch((error: unknown) => {
    console.error(`bench:write: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  });
