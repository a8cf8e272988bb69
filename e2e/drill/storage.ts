import { parseArgs } from "node:util";
import { formatStorageDrill, isSafe } from "./storage/report";
import { runStorageDrill, STORAGE_DRILL } from "./storage/run-storage-drill";

const HELP = `Usage: npm run drill:storage -- [options]

Takes R2 away under traffic, kills processes meanwhile, gives it back, and looks whether every accepted generation ended
as it should and every picture is in R2.

  --minutes N      length of the outage in sandbox minutes (default ${STORAGE_DRILL.minutes})
  --clock F        sandbox minutes in a minute (default ${STORAGE_DRILL.clockFactor})
  --instances N    each a gateway and a worker process with a disk of its own (default ${STORAGE_DRILL.instances})
  --clients N      callers (default ${STORAGE_DRILL.clients})
  --kills N        processes to kill in the outage (default ${STORAGE_DRILL.kills})
  --seed N         plan of kills and requests (default ${STORAGE_DRILL.seed})
  --json           the figures as JSON on standard output
Ends with 1 when anything was lost.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    clock: { type: "string" },
    instances: { type: "string" },
    clients: { type: "string" },
    kills: { type: "string" },
    seed: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

function whole(name: "minutes" | "clock" | "instances" | "clients" | "kills" | "seed", otherwise: number): number {
  const value = values[name];
  if (value === undefined) return otherwise;
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new Error(`--${name} must be a whole number above 0, not "${value}"`);
  return Number(value);
}

if (values.help) process.stdout.write(HELP);
else {
  const figures = await runStorageDrill({
    minutes: whole("minutes", STORAGE_DRILL.minutes),
    clockFactor: whole("clock", STORAGE_DRILL.clockFactor),
    instances: whole("instances", STORAGE_DRILL.instances),
    clients: whole("clients", STORAGE_DRILL.clients),
    kills: whole("kills", STORAGE_DRILL.kills),
    seed: whole("seed", STORAGE_DRILL.seed),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : formatStorageDrill(figures));
  if (!isSafe(figures)) process.exitCode = 1;
}
