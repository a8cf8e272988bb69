import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { forgetChild, rememberChild } from "./leftovers";

/** How to run one child, asked again before every start: a restart may need another port or address. */
export interface ChildCommand {
  args: string[];
  env: Record<string, string>;
}

interface ChildOptions<Ready> {
  name: string;
  dataDir: string;
  command: () => Promise<ChildCommand>;
  /** Resolves when the child serves. Its rejection counts as a crash. */
  whenReady: (child: ChildProcess, signal: AbortSignal) => Promise<Ready>;
  readyWithinMs: number;
  /** Called after every start but the first. */
  onRestarted: (ready: Ready) => void;
  say: (line: string) => void;
}

const BACKOFF_MS = [1_000, 2_000, 5_000];
/** After this long without a crash the next one is a first one again. */
const FORGIVEN_AFTER_MS = 60_000;

/** A process that is kept running. */
export interface SupervisedChild<Ready> {
  /** Starts it and waits until it serves. Rejects when the very first start fails: that is a fault, not an accident. */
  start(): Promise<Ready>;
  /** Ends it in good order and starts it again, for new code or new addresses. */
  restart(): void;
  /** SIGTERM, then SIGKILL when `killAt` resolves. */
  stop(killAt: Promise<unknown>): Promise<void>;
}

export function superviseChild<Ready>(options: ChildOptions<Ready>): SupervisedChild<Ready> {
  const { name, say } = options;
  const stopping = new AbortController();
  let current: ChildProcess | null = null;
  let wasReady = false;
  let restartWanted = false;
  let crashes = 0;

  async function launch(): Promise<Ready> {
    const { args, env } = await options.command();
    stopping.signal.throwIfAborted();
    const startedAt = Date.now();
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      // Its own session: Ctrl-C in a terminal reaches every process there, and we stop ours in order.
      detached: true,
    });
    current = child;
    if (child.pid !== undefined) rememberChild(options.dataDir, name, child.pid);
    const ended = new AbortController();
    const exit = once(child, "exit").then(
      ([code, signal]) => String(signal ?? `exit code ${code}`),
      (error: Error) => error.message,
    );
    exit.then((how) => {
      ended.abort();
      current = null;
      forgetChild(options.dataDir, name);
      if (stopping.signal.aborted || !wasReady) return;
      if (Date.now() - startedAt > FORGIVEN_AFTER_MS) crashes = 0;
      void startAgain(how);
    });
    const tooLate = AbortSignal.timeout(options.readyWithinMs);
    const late = new Promise<never>((_, fail) => {
      tooLate.addEventListener("abort", () => fail(new Error(`not ready within ${options.readyWithinMs / 1_000} s`)));
    });
    const gone = exit.then((how): never => {
      throw new Error(`ended before it was ready (${how})`);
    });
    try {
      const ready = await Promise.race([options.whenReady(child, ended.signal), late, gone]);
      return ready;
    } catch (error) {
      child.kill("SIGKILL");
      await exit;
      throw error;
    }
  }

  async function startAgain(how: string): Promise<void> {
    wasReady = false;
    const delayMs = restartWanted ? 0 : (BACKOFF_MS[Math.min(crashes, BACKOFF_MS.length - 1)] ?? 0);
    if (!restartWanted) {
      crashes += 1;
      say(`the ${name} stopped unexpectedly (${how}); starting it again in ${delayMs / 1_000} s`);
    }
    restartWanted = false;
    try {
      await sleep(delayMs, undefined, { signal: stopping.signal });
      const ready = await launch();
      wasReady = true;
      options.onRestarted(ready);
    } catch (error) {
      if (stopping.signal.aborted) return;
      await startAgain(error instanceof Error ? error.message : String(error));
    }
  }

  return {
    async start() {
      const ready = await launch();
      wasReady = true;
      return ready;
    },
    restart() {
      if (current === null || !wasReady) return;
      restartWanted = true;
      const child = current;
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 4_000);
      child.once("exit", () => clearTimeout(force));
    },
    async stop(killAt) {
      stopping.abort();
      const child = current;
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      void killAt.then(() => child.kill("SIGKILL"));
      await exited;
    },
  };
}
