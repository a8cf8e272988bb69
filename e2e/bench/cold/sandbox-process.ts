import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface SandboxProcess {
  urls: { runpodJobs: string; scenario: string; control: string };
  credentials: { runpodApiKey: string; endpointId: string; scenarioApiKey: string; scenarioSecret: string };
  stop(): Promise<void>;
}

/** Starts a sandbox of its own and resolves when it answers. */
export async function startSandboxProcess(options: { seed: number; clock: number }): Promise<SandboxProcess> {
  const args = ["--import", "tsx", "server/sandbox/main.ts", "--json", "--image-mode", "tiny", "--no-rate-limits"];
  const own = ["--seed", String(options.seed), "--clock", String(options.clock), "--workers-max", "4"];
  const child = spawn(process.execPath, [...args, ...own], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    return {
      ...JSON.parse(line),
      stop: async () => {
        child.kill("SIGTERM");
        await exited;
      },
    };
  }
  throw new Error("the sandbox ended before it was ready");
}
