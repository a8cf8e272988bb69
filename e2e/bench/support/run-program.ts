import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ROOT, withoutSettings } from "../../chaos/processes/program";

/** Runs one of the product's programs from its source and hands on each line that it prints. Throws where it fails. */
export async function runProgram(
  file: string,
  env: Record<string, string>,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", file], {
    cwd: ROOT,
    env: { ...withoutSettings(process.env), NODE_ENV: "production", ...env } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) onLine(line);
  const code = await ended;
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
}
