import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "@/db/project-root";
import { bundles } from "@/server/engine/testing/bundled";
import { ENV_FILES, readEnvFile } from "@/server/env-files";

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

const SETTINGS =
  /^(SCENARIO_|RUNPOD_|COMFYUI_|R2_|DATABASE_URL|SWITCHYARD_|IMAGE_GENERATION_PROVIDER|ROLE$|PUBLIC_URL$|npm_)/;
const WITHIN_MS = 90_000;

/** The environment without a developer's own settings: a test must never reach a real provider. */
function clean(env: Record<string, string>): Record<string, string | undefined> {
  const root = projectRoot();
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.test(name))),
    // What an env file sets is overridden by an empty value, which counts as not set.
    ...Object.fromEntries(ENV_FILES.flatMap((name) => Object.keys(readEnvFile(root, name))).map((name) => [name, ""])),
    NODE_ENV: "test",
    // A busy test machine is slow, not away.
    DATABASE_ANSWER_WITHIN_MS: "30000",
    ...env,
  };
}

/** The real command as a process. `whileRunning` may send it signals. */
export async function runCli(
  args: string[],
  env: Record<string, string>,
  whileRunning: (child: ChildProcess, stderrSoFar: () => string) => void = () => {},
): Promise<Finished> {
  const program = join(await bundles(), "cli.js");
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: projectRoot(),
      env: clean(env) as NodeJS.ProcessEnv, // Next's types want NODE_ENV in it, which it has
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    const kill = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      whileRunning(child, () => stderr);
    });
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(kill);
      done({ code, stdout, stderr });
    });
  });
}
