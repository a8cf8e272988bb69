import { setTimeout as sleep } from "node:timers/promises";
import { type Config, parseConfig } from "@/server/config";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { createLog } from "@/server/log";
import type { Runtime } from "@/server/runtime";
import { type StartedRuntime, startRuntime } from "@/server/start-runtime";
import { startCommandSandbox } from "./command-sandbox";
import { chooseEnvironment, type Installation, openInstallation } from "./installation";

/** Between two looks at whether a worker still lives. */
const LOOK_EVERY_MS = 2_000;

/** The whole of this machine's installation with somebody to do work: a living worker, else this process. */
export interface LocalWork {
  installation: Installation;
  runtime: Runtime;
  /** Passes on what is watched; does the work itself from the moment on which the worker that was to do it is gone. */
  whileServed<T>(watched: AsyncIterable<T>): AsyncIterable<T>;
  close(): Promise<void>;
}

/**
 * A living worker does the work; without one this process does, for as long as it is open, with a sandbox of its own
 * where the installation would have one.
 */
export async function openLocalWork(say: (line: string) => void, environment: string | null): Promise<LocalWork> {
  const installation = await openInstallation(say);
  const closing: (() => Promise<void>)[] = [installation.close];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const { config } = installation;
    const usesSandbox = chooseEnvironment(installation, environment ?? undefined) === SANDBOX_ENVIRONMENT;
    if (usesSandbox && config.sandbox === null) closing.push((await startCommandSandbox(installation, say)).stop);
    const hasWorker = (await installation.workers()).length > 0;
    if (!hasWorker) say("nothing else is running, so this command does the work itself");
    const started = await start(installation, hasWorker ? "gateway" : "worker");
    closing.push(started.stop);
    /** A worker that dies while we watch would leave the work to nobody. */
    const stepIn = async () => {
      if ((await installation.workers()).length > 0) return false;
      say("the worker is gone; this command goes on by itself");
      closing.push((await start(installation, "worker")).stop);
      return true;
    };
    return {
      installation,
      runtime: started.runtime,
      async *whileServed(watched) {
        const over = new AbortController();
        const looking = hasWorker ? look(stepIn, over.signal) : Promise.resolve();
        try {
          yield* watched;
        } finally {
          over.abort();
          await looking;
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Asks now and then until there is nothing more to do, or the work is over. */
async function look(stepIn: () => Promise<boolean>, over: AbortSignal): Promise<void> {
  let done = false;
  while (!done && !over.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
    // The database is away for a moment: asked again at the next look.
    if (!over.aborted) done = await stepIn().catch(() => false);
  }
}

function start(installation: Installation, role: Config["role"]): Promise<StartedRuntime> {
  const parsed = parseConfig(installation.env);
  // Somebody at a terminal waits for an answer rather than being told to come back.
  const databaseAnswerWithinMs = Math.max(parsed.databaseAnswerWithinMs, 10_000);
  const config: Config = { ...parsed, role, databaseAnswerWithinMs };
  const log = createLog({
    level: installation.env.LOG_LEVEL ? config.logLevel : "error",
    // Standard output is for what was asked for.
    write: (line) => process.stderr.write(line),
  });
  return startRuntime(config, log, { followsVariable: false });
}
