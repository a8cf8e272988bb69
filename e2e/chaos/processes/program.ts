import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface Program {
  pid: number;
  /** What it said when it was ready. */
  ready: Record<string, unknown>;
  /** Resolves when it has ended, however; `signal` is null when it ended by itself. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; atMs: number }>;
  isRunning(): boolean;
  signal(name: NodeJS.Signals): void;
}

/** The program ended before it was ready; it may have been meant to. */
export class EndedEarly extends Error {
  override readonly name: string = "EndedEarly";
  constructor(
    message: string,
    readonly signal: NodeJS.Signals | null,
  ) {
    super(message);
  }
}

const READY_WITHIN_MS = 60_000;
/** Set by a developer's shell or env file; a run must never reach a real provider. */
const SETTINGS =
  /^(SCENARIO_|RUNPOD_|COMFYUI_|R2_|DATABASE_URL|SWITCHYARD_|IMAGE_GENERATION_PROVIDER|ROLE$|PUBLIC_URL$)/;

export function withoutSettings(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SETTINGS.test(name)));
}

/** One of the product's bundles, which ends with the harness if the harness is killed. */
export function bundleArgs(name: "server" | "sandbox"): string[] {
  const preload = pathToFileURL(join(ROOT, ".build", "follow-parent.js")).href;
  return ["--enable-source-maps", "--import", preload, join(ROOT, ".build", `${name}.js`)];
}

/**
 * Runs Node with these arguments until it says over its channel, or prints as a line of JSON, that it is ready. Its
 * output goes to the log file. Throws EndedEarly.
 */
export async function startProgram(options: {
  args: string[];
  env: Record<string, string>;
  logFile: string;
  ready: "message" | "line";
}): Promise<Program> {
  const child = spawn(process.execPath, options.args, {
    cwd: ROOT,
    env: { ...withoutSettings(process.env), NODE_ENV: "production", ...options.env } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log = (chunk: Buffer) => appendFileSync(options.logFile, chunk);
  child.stderr?.on("data", log);
  if (options.ready === "message") child.stdout?.on("data", log);
  const ended = new Promise<Awaited<Program["ended"]>>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal, atMs: Date.now() }));
    child.once("error", () => resolve({ code: null, signal: null, atMs: Date.now() }));
  });
  const ready = await whenReady(child, options.ready, ended, options.logFile);
  return {
    pid: child.pid ?? -1,
    ready,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    signal: (name) => void child.kill(name),
  };
}

async function whenReady(
  child: ChildProcess,
  how: "message" | "line",
  ended: Program["ended"],
  logFile: string,
): Promise<Record<string, unknown>> {
  let timer: NodeJS.Timeout | undefined;
  const said = new Promise<Record<string, unknown>>((resolve) => {
    if (how === "message") child.on("message", (message) => isReady(message) && resolve(message));
    else {
      let text = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const end = text.indexOf("\n");
        if (end !== -1) resolve(JSON.parse(text.slice(0, end)) as Record<string, unknown>);
      });
    }
  });
  const gone = ended.then(({ code, signal }) => {
    throw new EndedEarly(`a program ended with ${signal ?? code} before it was ready; see ${logFile}`, signal);
  });
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`a program was not ready within ${READY_WITHIN_MS / 1000} s; see ${logFile}`));
    }, READY_WITHIN_MS);
  });
  try {
    return await Promise.race([said, gone, late]);
  } finally {
    clearTimeout(timer);
    // Their losers may still reject.
    gone.catch(() => {});
    late.catch(() => {});
  }
}

function isReady(message: unknown): message is Record<string, unknown> {
  return typeof message === "object" && message !== null && "type" in message && message.type === "ready";
}
