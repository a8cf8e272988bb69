import { storedObject } from "@/db/queries/stored-images";
import { type Config, parseConfig } from "@/server/config";
import { INPUT_IMAGE_MAX_BYTES } from "@/server/domain/generation-request";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { PendingInput } from "@/server/gateway/types";
import { createLog } from "@/server/log";
import { fetchUserUrl } from "@/server/providers/fetch-user-url";
import { type StartedRuntime, startRuntime } from "@/server/start-runtime";
import { startCommandSandbox } from "./command-sandbox";
import type { Order, WorkDoor } from "./door";
import { chooseEnvironment, type Installation, openInstallation } from "./installation";

/** Between two looks at whether a worker still lives. */
const LOOK_EVERY_MS = 2_000;

/**
 * The gateway's verbs on the installation's database. A living worker does the work; without one this process does,
 * for as long as the door is open, with a sandbox of its own where the installation would have one.
 */
export async function openLocalWorkDoor(say: (line: string) => void, environment: string | null): Promise<WorkDoor> {
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
    return workDoor(installation, started, hasWorker, closing, close, say);
  } catch (error) {
    await close();
    throw error;
  }
}

function workDoor(
  installation: Installation,
  { runtime }: StartedRuntime,
  hasWorker: boolean,
  closing: (() => Promise<void>)[],
  close: () => Promise<void>,
  say: (line: string) => void,
): WorkDoor {
  const { principal } = installation;
  /** A worker that dies while we watch would leave the generation to nobody. */
  const stepIn = async () => {
    if ((await installation.workers()).length > 0) return false;
    say("the worker is gone; this command goes on by itself");
    closing.push((await start(installation, "worker")).stop);
    return true;
  };
  return {
    serverUrl: installation.serverUrl,
    async submit(order) {
      const environment = chooseEnvironment(installation, order.environment ?? undefined);
      const image = pendingImage(order);
      const { params, provider, stickyKey, idempotencyKey, deadlineMs } = order;
      return runtime.gateway.submit({
        principal,
        environment,
        source: "cli",
        params,
        image,
        provider,
        stickyKey,
        idempotencyKey,
        fallback: null,
        deadlineMs,
      });
    },
    async *watch(id, signal) {
      const over = new AbortController();
      const looking = hasWorker ? look(stepIn, over.signal) : Promise.resolve();
      try {
        yield* runtime.gateway.watch(principal, id, signal);
      } finally {
        over.abort();
        await looking;
      }
    },
    cancel: (id) => runtime.gateway.cancel(principal, id),
    async picture({ sha256 }) {
      const object = await storedObject(runtime.db, sha256);
      if (!object) throw new AppError("NOT_FOUND", "this picture is not stored any more");
      return runtime.images.read(object);
    },
    close,
  };
}

/** Asks now and then until there is nothing more to do, or the watch is over. */
async function look(stepIn: () => Promise<boolean>, over: AbortSignal): Promise<void> {
  let done = false;
  while (!done && !over.aborted) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      over.addEventListener("abort", () => resolve(), { once: true });
      over.addEventListener("abort", () => clearTimeout(timer), { once: true });
    });
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

/** Looked at by the gateway when nothing else stands against the request. */
function pendingImage({ image }: Order): PendingInput | null {
  if (image === null) return null;
  if ("bytes" in image) return { load: async () => image.bytes };
  const fetchImage = () =>
    fetchUserUrl(image.url, { maxBytes: INPUT_IMAGE_MAX_BYTES, signal: AbortSignal.timeout(30_000) });
  return { load: fetchImage };
}
