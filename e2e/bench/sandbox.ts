import { execFile } from "node:child_process";
import { promisify } from "node:util";

interface Quantiles {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

interface SampledClass {
  class: string;
  n: number;
  measured: Quantiles;
  plan: Quantiles;
  relativeError: Quantiles;
}

const N = 50_000;
const SEEDS = [1, 2];

/** The sandbox seen from outside: its own command runs the jobs in virtual time and reports what they took. */
async function sample(seed: number): Promise<SampledClass[]> {
  const args = ["--import", "tsx", "server/sandbox/main.ts", "--sample", String(N), "--seed", String(seed), "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { classes } = JSON.parse(stdout) as { classes: SampledClass[] };
  return classes;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

async function main(): Promise<void> {
  console.log(
    `Latency of the sandbox against the rollout plan, n = ${N} jobs of each class, one alone at a time in virtual time`,
  );
  console.log("RunPod: delay time + execution time. Scenario: queued to success.\n");
  let worst = 0;
  for (const seed of SEEDS) {
    for (const { class: name, measured, plan, relativeError } of await sample(seed)) {
      const cells = (["p50Ms", "p95Ms", "p99Ms"] as const).map((key) => {
        worst = Math.max(worst, Math.abs(relativeError[key]));
        const error = `${(relativeError[key] * 100).toFixed(2)} %`;
        return `${key.slice(0, 3)} ${seconds(measured[key]).padStart(8)} / ${seconds(plan[key]).padStart(8)} ${error.padStart(8)}`;
      });
      console.log(`seed ${seed}  ${name.padEnd(8)}  ${cells.join("   ")}`);
    }
  }
  console.log(`\nlargest relative error ${(worst * 100).toFixed(2)} % (wanted: within 3 %)`);
}

main().catch((error: unknown) => {
  console.error(error);
});
