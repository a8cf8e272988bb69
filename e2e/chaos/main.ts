import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./processes/program";
import { formatReport, isKept } from "./report";
import { runChaos } from "./run-chaos";
import { DEFAULTS, PLANTED_BUGS } from "./settings";

const HELP = `Usage: npm run chaos -- [options]

Kills processes of a working installation and checks that it kept its promises (P1 to P6, P8, P9).

  --kills N          processes to kill (default ${DEFAULTS.kills}), PostgreSQL among them
  --seed N           plan of kills and requests (default: the time)
  --instances N      each a gateway and a worker process (default ${DEFAULTS.instances})
  --clients N        callers (default ${DEFAULTS.clients})
  --clock F          sandbox seconds per second (default ${DEFAULTS.clockFactor})
  --r2               store pictures in the sandbox's S3
  --points A,B       arm only these debug points
  --no-faults        providers that do not fail
  --no-time-limits   report takeover and answer times without judging them (a machine that does other things)
  --plant BUG        prove that the checker sees ${PLANTED_BUGS.join(", ")}
  --json             the report as JSON on standard output
Ends with 1 when a promise was broken. The report is kept in .build/chaos/.
`;

const { values } = parseArgs({
  options: {
    kills: { type: "string" },
    seed: { type: "string" },
    instances: { type: "string" },
    clients: { type: "string" },
    clock: { type: "string" },
    r2: { type: "boolean" },
    points: { type: "string" },
    "no-faults": { type: "boolean" },
    "no-time-limits": { type: "boolean" },
    plant: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d+$/.test(text) || Number(text) < 1)
    throw new Error(`--${name} must be a whole number above 0, not "${text}"`);
  return Number(text);
}

async function main(): Promise<void> {
  const plantedBug = values.plant === undefined ? null : PLANTED_BUGS.find((bug) => bug === values.plant);
  if (plantedBug === undefined) throw new Error(`--plant must be one of ${PLANTED_BUGS.join(", ")}`);
  const report = await runChaos({
    kills: whole("kills", values.kills, DEFAULTS.kills),
    seed: whole("seed", values.seed, Math.floor(Date.now() / 1000) % 1_000_000),
    instances: whole("instances", values.instances, DEFAULTS.instances),
    clients: whole("clients", values.clients, DEFAULTS.clients),
    clockFactor: whole("clock", values.clock, DEFAULTS.clockFactor),
    r2: values.r2 ?? false,
    points: values.points?.split(",") ?? null,
    plantedBug,
    ...(values["no-faults"] ? { faultsFile: null } : {}),
    ...(values["no-time-limits"] ? { takeoverLimitMs: null, acceptLimitMs: null } : {}),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const folder = join(ROOT, ".build", "chaos");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `seed-${report.seed}.json`), `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : formatReport(report));
  process.exitCode = isKept(report) ? 0 : 1;
}

if (values.help) process.stdout.write(HELP);
else {
  main().catch((error: unknown) => {
    process.stderr.write(`chaos: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  });
}
