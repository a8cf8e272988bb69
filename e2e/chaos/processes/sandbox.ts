import type { ProviderJob } from "../history";
import { bundleArgs, startProgram } from "./program";

export interface SandboxConnection {
  urls: Record<"runpodJobs" | "runpodManagement" | "scenario" | "s3" | "control", string>;
  credentials: Record<
    | "runpodApiKey"
    | "endpointId"
    | "scenarioApiKey"
    | "scenarioSecret"
    | "s3AccessKeyId"
    | "s3SecretAccessKey"
    | "bucket",
    string
  >;
}

export interface ChaosSandbox {
  connection: SandboxConnection;
  /** Every job that it took, with its time in ours. */
  jobs(): Promise<ProviderJob[]>;
  removeFaults(): Promise<void>;
  addFaults(faults: Record<string, unknown>[]): Promise<void>;
  /** Settings of its RunPod endpoint. */
  setEndpoint(settings: Record<string, number>): Promise<void>;
  stop(): Promise<void>;
}

interface LedgerEntry {
  sequence: number;
  provider: "runpod" | "scenario";
  jobId: string;
  prompt: string;
  submittedAt: number;
}

export async function startSandbox(
  options: {
    seed: number;
    clockFactor: number;
    faultsFile: string | null;
    /** Pictures cost more to draw than everything else costs to run; of `tiny` ones eight meet in one stored file. */
    imageMode?: "full" | "tiny";
  },
  logFile: string,
): Promise<ChaosSandbox> {
  const faults = options.faultsFile === null ? [] : ["--scenario", options.faultsFile];
  const program = await startProgram({
    args: [
      ...bundleArgs("sandbox"),
      "--json",
      ...["--image-mode", options.imageMode ?? "tiny"],
      ...["--seed", String(options.seed), "--clock", String(options.clockFactor)],
      ...faults,
    ],
    env: {},
    logFile,
    ready: "line",
  });
  const connection = program.ready as unknown as SandboxConnection; // the line's form is the sandbox's own contract
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${connection.urls.control}${path}`, init);
    if (!answer.ok) throw new Error(`the sandbox's control answered ${answer.status} to ${path}`);
    return answer.json();
  };

  return {
    connection,
    async jobs() {
      const before = Date.now();
      const { now } = (await ask("/")) as { now: number };
      const asked = (before + Date.now()) / 2;
      const jobs: ProviderJob[] = [];
      for (let after = 0; ; ) {
        const { entries } = (await ask(`/ledger?after=${after}&limit=1000`)) as { entries: LedgerEntry[] };
        const last = entries.at(-1);
        if (!last) return jobs;
        after = last.sequence;
        for (const { provider, jobId, prompt, submittedAt } of entries) {
          jobs.push({
            jobId,
            provider: provider === "runpod" ? "comfyui" : "scenario",
            prompt,
            submittedAtMs: asked - (now - submittedAt) / options.clockFactor,
          });
        }
      }
    },
    async removeFaults() {
      await ask("/faults", { method: "DELETE", body: "{}" });
    },
    async setEndpoint(settings) {
      await ask("/endpoint", { method: "PATCH", body: JSON.stringify(settings) });
    },
    async addFaults(faults) {
      await ask("/faults", { method: "POST", body: JSON.stringify({ faults }) });
    },
    async stop() {
      program.signal("SIGTERM");
      await program.ended;
    },
  };
}
