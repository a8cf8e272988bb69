import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseScenario, type SandboxOptions } from "./options";
import { READY_SCENARIOS } from "./ready-scenarios";
import { parseReplay, replay } from "./replay";
import { type SampledClass, sampleLatencies } from "./sample";
import { type Sandbox, startSandbox } from "./start-sandbox";

const HELP = `Usage: npm run sandbox -- [options]

Starts servers on loopback that speak RunPod's job plane and management v2, Scenario's API, and S3 as Cloudflare R2 does.

  --seed N           same seed, same latencies, faults and pictures (default 1)
  --clock F          sandbox seconds per second; reported times stay those of a real service (default 1)
  --scenario FILE    settings and faults from a JSON file; a bare name means one of the ready ones
                     (bad-night, cold-morning, flaky-network, storage-down)
  --host ADDRESS     default 127.0.0.1
  --port N           first of six ports in a row: jobs, management, Scenario, its CDN, S3, control (default: any free)
  --workers-min N    --workers-max N    --idle-timeout SECONDS    --stock-image
  --image-mode MODE  full (default) or tiny, for load tests
  --no-rate-limits   never answer 429 for load
  --json             print URLs and credentials as one line of JSON when ready
  --sample N         start nothing: run N jobs of each class in virtual time, print p50, p95, p99 against the plan
  --replay FILE      start nothing: run jobs that come at the times of a JSON file in virtual time, at its endpoint's
                     settings ({"arrivalsMs": [0, 1500], "spanMs": 60000, "endpoint": {"workersMin": 1}}), print what came of them
  --help

Faults by prompt: write [fault:NAME], [fault:NAME=VALUE] or [fault:NAME*TIMES] into a prompt, for example
  "a red fox [fault:cold]"   "[fault:oom] a cat"   "a tree [fault:slow=10]"   "[fault:rate_limited*2] a boat"
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      clock: { type: "string" },
      scenario: { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      "workers-min": { type: "string" },
      "workers-max": { type: "string" },
      "idle-timeout": { type: "string" },
      "stock-image": { type: "boolean" },
      "image-mode": { type: "string" },
      "no-rate-limits": { type: "boolean" },
      json: { type: "boolean" },
      sample: { type: "string" },
      replay: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return print(HELP);
  const seed = numberOf("seed", values.seed) ?? 1;
  const sample = numberOf("sample", values.sample);
  if (sample !== null) return printSample(await sampleLatencies(sample, seed), values.json === true);

  if (values.replay !== undefined)
    return print(`${JSON.stringify(replay(parseReplay(JSON.parse(readFileSync(values.replay, "utf8"))), seed))}\n`);

  const first = numberOf("port", values.port);
  const endpoint: SandboxOptions["endpoint"] = {};
  const [min, max] = [numberOf("workers-min", values["workers-min"]), numberOf("workers-max", values["workers-max"])];
  const idle = numberOf("idle-timeout", values["idle-timeout"]);
  if (min !== null) endpoint.workersMin = min;
  if (max !== null) endpoint.workersMax = max;
  if (idle !== null) endpoint.idleTimeoutS = idle;
  if (values["stock-image"])
    Object.assign(endpoint, { image: "stock", imageTag: "runpod/worker-comfyui:5.8.5-flux1-dev-fp8" });
  const imageMode = values["image-mode"] ?? "full";
  if (imageMode !== "full" && imageMode !== "tiny") throw new Error("--image-mode must be full or tiny");
  const clockFactor = numberOf("clock", values.clock) ?? 1;
  const sandbox = await startSandbox({
    seed,
    clockFactor,
    host: values.host,
    endpoint,
    imageMode,
    rateLimits: values["no-rate-limits"] !== true,
    scenario: values.scenario === undefined ? undefined : parseScenario(readScenario(values.scenario)),
    ports:
      first === null
        ? {}
        : {
            runpodJobs: first,
            runpodManagement: first + 1,
            scenario: first + 2,
            scenarioCdn: first + 3,
            s3: first + 4,
            control: first + 5,
          },
  });
  stopOnSignals(sandbox);
  const { urls, credentials } = sandbox;
  if (values.json)
    return print(
      `${JSON.stringify({ urls, credentials, clockFactor, clockStartedAtMs: sandbox.startedAtMs, pid: process.pid })}\n`,
    );
  const lines = [...Object.entries(urls), ...Object.entries(credentials)].map(
    ([name, value]) => `  ${name.padEnd(18)} ${value}`,
  );
  print(`The sandbox is ready (its keys open nothing but itself):\n${lines.join("\n")}\n`);
}

function stopOnSignals(sandbox: Sandbox): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
  }
}

function readScenario(nameOrFile: string): unknown {
  if (!/^[\w-]+$/.test(nameOrFile)) return JSON.parse(readFileSync(nameOrFile, "utf8"));
  const ready = READY_SCENARIOS.get(nameOrFile);
  if (ready === undefined)
    throw new Error(
      `--scenario must be one of ${[...READY_SCENARIOS.keys()].join(", ")} or a file's path, not "${nameOrFile}"`,
    );
  return ready;
}

function numberOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number) || number < 0)
    throw new Error(`--${name} must be a number from 0, not "${text}"`);
  return number;
}

function printSample(classes: SampledClass[], isJson: boolean) {
  if (isJson) return print(`${JSON.stringify({ classes })}\n`);
  for (const { class: name, n, measured, plan, relativeError } of classes) {
    const cells = (["p50Ms", "p95Ms", "p99Ms"] as const).map(
      (key) =>
        `${key.slice(0, 3)} ${(measured[key] / 1000).toFixed(2)} s (plan ${plan[key] / 1000} s, ${(relativeError[key] * 100).toFixed(2)} %)`,
    );
    print(`${name.padEnd(9)} n=${n}  ${cells.join("  ")}\n`);
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

main().catch((error: unknown) => {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
