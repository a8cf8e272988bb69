import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const READY_WITHIN_MS = 60_000;

/** A whole Switchyard of its own: database, sandbox, server, on free ports and in a temporary folder. */
export interface RunningSwitchyard {
  url: string;
  /** The one-time link for the first administrator; null when a user exists. */
  setupUrl: string | null;
  /** Where the sandbox takes orders; null when it does not run. */
  sandboxControlUrl: string | null;
  dataDir: string;
  /** What it has printed so far, for the message of a failed test. */
  output(): string;
  /** The supervisor's process number, for tests that kill it. */
  pid: number;
  /** Stops everything and removes the folder, unless the folder was given. May be called twice. */
  stop(): Promise<void>;
}

interface StartOptions {
  env?: Record<string, string>;
  /** The sandbox's options without blanks in them, such as `["--clock", "10", "--image-mode", "tiny"]`. */
  sandboxOptions?: string[];
  /** A folder to start on, from an earlier run. The caller removes it. */
  dataDir?: string;
}

interface ReadyLine {
  url: string;
  setupUrl: string | null;
  sandbox: string | null;
}

/** Starts the built product as `npm start` does, minus the build. Rejects with its output when it does not come up. */
export async function startSwitchyard(options: StartOptions = {}): Promise<RunningSwitchyard> {
  const dataDir = options.dataDir ?? temporaryFolder();
  const child = spawn(process.execPath, [join(ROOT, ".build", "supervisor.js"), "--json"], {
    cwd: ROOT,
    env: {
      ...withoutSettings(process.env),
      NODE_ENV: "production",
      PORT: "0",
      HOST: "127.0.0.1",
      SWITCHYARD_DATA_DIR: dataDir,
      SWITCHYARD_SANDBOX_OPTIONS: (options.sandboxOptions ?? []).join(" "),
      // A busy test machine is slow, not away.
      DATABASE_ANSWER_WITHIN_MS: "15000",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-100_000);
  });
  const remove = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const ready = await readyLine(child);
    return {
      url: ready.url,
      setupUrl: ready.setupUrl,
      sandboxControlUrl: ready.sandbox,
      dataDir,
      output: () => output,
      pid: child.pid ?? 0,
      async stop() {
        await end(child);
        stopAbandonedDatabase(dataDir);
        remove();
      },
    };
  } catch (error) {
    await end(child);
    stopAbandonedDatabase(dataDir);
    remove();
    throw new Error(`Switchyard did not start: ${error instanceof Error ? error.message : error}\n${output}`);
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-e2e-"));
  // As root the database runs under another account, which has to get through.
  chmodSync(folder, 0o711);
  return folder;
}

const ENV_FILES = [".hush", ".env.local", ".env"];
const SETTINGS =
  /^(SCENARIO_|RUNPOD_|COMFYUI_|R2_|DATABASE_URL|SWITCHYARD_|IMAGE_GENERATION_PROVIDER|ROLE$|PUBLIC_URL$)/;

/**
 * The environment without a developer's own settings: a test must never reach a real provider. What an env file sets
 * is overridden by an empty value, which counts as not set.
 */
function withoutSettings(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const fromFiles = ENV_FILES.flatMap((name) => {
    const file = join(ROOT, name);
    return existsSync(file) ? Object.keys(parseEnv(readFileSync(file, "utf8"))) : [];
  });
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !SETTINGS.test(name))),
    ...Object.fromEntries(fromFiles.map((name) => [name, ""])),
  };
}

async function readyLine(child: ChildProcess): Promise<ReadyLine> {
  const { stdout } = child;
  if (stdout === null) throw new Error("no output to read");
  const signal = AbortSignal.timeout(READY_WITHIN_MS);
  const line = new Promise<ReadyLine>((done, fail) => {
    createInterface({ input: stdout }).once("line", (text) => done(JSON.parse(text) as ReadyLine));
    child.once("exit", (code) => fail(new Error(`it ended with code ${code}`)));
    signal.addEventListener("abort", () => fail(new Error(`not ready within ${READY_WITHIN_MS / 1_000} s`)));
  });
  return line;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exited;
  clearTimeout(force);
}

/** After a test that killed the supervisor the database still runs. */
function stopAbandonedDatabase(dataDir: string): void {
  try {
    const pid = Number(readFileSync(join(dataDir, "postgres", "cluster", "postmaster.pid"), "utf8").split("\n")[0]);
    if (Number.isSafeInteger(pid) && pid > 1) process.kill(pid, "SIGQUIT");
  } catch {
    // Stopped in good order: the usual case.
  }
}
