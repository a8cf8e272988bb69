import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { faultsOf, formatReport } from "./gateway/report";
import { runGatewayBench } from "./gateway/run-gateway-bench";

const HELP = `Usage: npm run bench:gateway -- [options]

Throughput and latency of accepting requests, with every one committed before its answer and submitted afterwards,
beside calling a 50 ms upstream directly and beside Portkey's open gateway in front of the same upstream.

  --seconds N    measured time of each level and target (default 8); 2 s before it are not counted
  --levels LIST  concurrent requests (default 1,32,256)
  --no-portkey   without Portkey, which is installed into a cache folder on first use
  --profile DIR  ours leaves processor profiles there (of our two processes; they are slower for it)
  --json         the figures as JSON on standard output
Ends with 1 when a request failed or an accepted one was never submitted; speed alone fails nothing.
`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    levels: { type: "string", default: "1,32,256" },
    "no-portkey": { type: "boolean", default: false },
    profile: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

function whole(name: string, text: string, most: number): number {
  const value = /^[1-9]\d*$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new Error(`--${name} takes whole numbers from 1 to ${most}, not "${text}"`);
  return value;
}

if (values.help) process.stdout.write(HELP);
else {
  const report = await runGatewayBench({
    seconds: whole("seconds", values.seconds, 600),
    levels: values.levels.split(",").map((level) => whole("levels", level, 4096)),
    portkey: !values["no-portkey"],
    profileDir: values.profile === undefined ? null : resolve(values.profile),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const faults = faultsOf(report);
  process.stdout.write(values.json ? `${JSON.stringify({ ...report, faults })}\n` : formatReport(report));
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
