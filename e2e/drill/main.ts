import { parseArgs } from "node:util";
import { formatDrill } from "./report";
import { runDrill } from "./run-drill";

const HELP = `Usage: npm run drill:rollback -- [options]

Moves all traffic to the candidate and rolls it back again and again under load, on several instances at once, and
counts what was sent to the old provider afterwards (must be 0).

  --rps N          requests a second, over all instances (default 50)
  --instances N    server processes on one database (default 3)
  --flips N        rollbacks (default 100)
  --database URL   an empty outside Postgres; default: an embedded one, made and removed
  --json           the figures as JSON on standard output
Ends with 1 when anything was late.
`;

const { values } = parseArgs({
  options: {
    rps: { type: "string", default: "50" },
    instances: { type: "string", default: "3" },
    flips: { type: "string", default: "100" },
    database: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

function whole(name: "rps" | "instances" | "flips"): number {
  const value = values[name];
  if (!/^[1-9]\d{0,4}$/.test(value))
    throw new Error(`--${name} must be a whole number from 1 to 99999, not "${value}"`);
  return Number(value);
}

if (values.help) process.stdout.write(HELP);
else {
  const figures = await runDrill({
    rps: whole("rps"),
    instances: whole("instances"),
    flips: whole("flips"),
    databaseUrl: values.database ?? null,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : formatDrill(figures));
  if (figures.lateIntents > 0 || figures.failed > 0) process.exitCode = 1;
}
