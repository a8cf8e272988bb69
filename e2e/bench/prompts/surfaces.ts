import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { GenerationDetail } from "@/server/domain/generation-view";
import type { Operation, ProviderId } from "@/server/domain/vocabulary";
import type { RunningSwitchyard } from "../../support/switchyard";

const CLI = fileURLToPath(new URL("../../../.build/cli.js", import.meta.url));
const run = promisify(execFile);

export interface Job {
  surface: "REST" | "CLI";
  provider: ProviderId;
  operation: Operation;
  prompt: string | null;
  photo: string | null;
}

export interface Outcome extends Job {
  state: string;
  latencyMs: number | null;
  /** What is wrong with it; null when nothing is. */
  problem: string | null;
}

export type Surfaces = Record<Job["surface"], (job: Job) => Promise<Outcome>>;

/** Both ways of asking the running product for a picture, with a key of their own. */
export async function openSurfaces(product: RunningSwitchyard): Promise<Surfaces> {
  const env = {
    ...process.env,
    SWITCHYARD_DATA_DIR: product.dataDir,
    SWITCHYARD_SANDBOX: "auto",
    SWITCHYARD_API_KEY: "",
  };
  const cli = (args: string[]) => run(process.execPath, [CLI, ...args], { env, maxBuffer: 16 * 1024 * 1024 });
  const made = await cli(["key", "create", "--name", "real input", "--scopes", "generate,read,choose_provider"]);
  const authorization = `Bearer ${made.stdout.trim()}`;
  let files = 0;

  async function viaRest(job: Job): Promise<Outcome> {
    const form = new FormData();
    form.set("operation", job.operation);
    form.set("provider", job.provider);
    if (job.prompt !== null) form.set("prompt", job.prompt);
    if (job.photo !== null) form.set("image", new Blob([readFileSync(job.photo)]), basename(job.photo));
    const headers = { authorization, prefer: "wait=200" };
    const response = await fetch(`${product.url}/api/v1/generations`, { method: "POST", headers, body: form });
    const answer = (await response.json()) as GenerationDetail & { detail?: string };
    if (!response.ok)
      return { ...job, state: `refused ${response.status}`, latencyMs: null, problem: answer.detail ?? "" };
    for (const image of answer.images) {
      const bytes = Buffer.from(await (await fetch(product.url + image.url)).arrayBuffer());
      if (createHash("sha256").update(bytes).digest("hex") !== image.sha256)
        return outcome(job, answer, "other bytes than reported");
    }
    return outcome(job, answer, null);
  }

  async function viaCli(job: Job): Promise<Outcome> {
    const out = join(product.dataDir, `real-input-${++files}.png`);
    const args = ["generate", "--json", "--operation", job.operation, "--provider", job.provider, "--out", out];
    if (job.photo !== null) args.push("--image", job.photo);
    // After two dashes a prompt may begin with anything.
    if (job.prompt !== null) args.push("--", job.prompt);
    try {
      const detail = JSON.parse((await cli(args)).stdout) as GenerationDetail;
      const sha256 = createHash("sha256").update(readFileSync(out)).digest("hex");
      return outcome(job, detail, sha256 === detail.images[0]?.sha256 ? null : "the file is not the picture");
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      if (stdout) return outcome(job, JSON.parse(stdout) as GenerationDetail, null);
      return { ...job, state: "refused", latencyMs: null, problem: (stderr ?? String(error)).trim() };
    }
  }
  return { REST: viaRest, CLI: viaCli };
}

function outcome(job: Job, detail: GenerationDetail, problem: string | null): Outcome {
  const attempt = detail.attempts.at(-1);
  const wrong =
    problem ??
    (detail.state !== "succeeded" ? `${detail.failureMode}: ${attempt?.failureMessage ?? "no message"}` : null) ??
    (detail.prompt !== job.prompt ? `the prompt became ${JSON.stringify(detail.prompt)}` : null) ??
    (detail.provider !== job.provider ? `served by ${detail.provider}` : null) ??
    (detail.images.length === 1 ? null : `${detail.images.length} pictures`);
  return { ...job, state: detail.state, latencyMs: detail.latencyMs, problem: wrong };
}
