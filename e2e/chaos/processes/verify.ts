import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { VerifiedNumbers } from "../history";
import { ROOT, withoutSettings } from "./program";

/** `switchyard verify` says so where the numbers differ; what it found is on standard output all the same. */
const FOUND_DIFFERENCES = 3;

/** What `switchyard verify` says of this installation's numbers. Throws where the command fails. */
export async function verifyNumbers(env: Record<string, string>, logFile: string): Promise<VerifiedNumbers> {
  return (await run(env, ["verify"], logFile, [0, FOUND_DIFFERENCES])) as VerifiedNumbers;
}

/** The same after history was imported from a file shaped as the public trace, and again after all was counted anew. */
export async function verifyImported(env: Record<string, string>, file: string, logFile: string) {
  const { stored } = (await run(env, ["import", file, "--map", "gentd26"], logFile)) as { stored: number };
  const afterImport = await verifyNumbers(env, logFile);
  await run(env, ["rollup", "rebuild"], logFile);
  return { stored, afterImport, afterRebuild: await verifyNumbers(env, logFile) };
}

/** What a command prints as JSON. Throws where it ends with a code that is not expected. */
async function run(env: Record<string, string>, command: string[], logFile: string, codes = [0]): Promise<unknown> {
  const where = ["--environment", env.SWITCHYARD_ENVIRONMENT ?? "", "--json"];
  const child = spawn(process.execPath, [join(ROOT, ".build", "cli.js"), ...command, ...where], {
    cwd: ROOT,
    env: { ...withoutSettings(process.env), NODE_ENV: "production", ...env } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => appendFileSync(logFile, chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === null || !codes.includes(code))
    throw new Error(`switchyard ${command[0]} ended with ${code}; see ${logFile}`);
  return JSON.parse(said);
}
