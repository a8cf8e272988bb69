import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { VerifiedNumbers } from "../history";
import { ROOT, withoutSettings } from "./program";

/** `switchyard verify` says so where the numbers differ; what it found is on standard output all the same. */
const FOUND_DIFFERENCES = 3;

/** What `switchyard verify` says of this installation's numbers. Throws where the command fails. */
export async function verifyNumbers(env: Record<string, string>, logFile: string): Promise<VerifiedNumbers> {
  const args = [join(ROOT, ".build", "cli.js"), "verify", "--environment", env.SWITCHYARD_ENVIRONMENT ?? "", "--json"];
  const child = spawn(process.execPath, args, {
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
  if (code !== 0 && code !== FOUND_DIFFERENCES) throw new Error(`switchyard verify ended with ${code}; see ${logFile}`);
  return JSON.parse(said) as VerifiedNumbers;
}
