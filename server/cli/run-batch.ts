import { readFile } from "node:fs/promises";
import { estimateCalls } from "@/server/batch/estimate-batch";
import { readBatch } from "@/server/batch/read-batch";
import { startBatch } from "@/server/batch/start-batch";
import { steerBatch } from "@/server/batch/steer-batch";
import { type BatchParams, type BatchView, parsePrompts } from "@/server/domain/batch";
import { formatMicros } from "@/server/domain/money";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { Operator } from "@/server/rollout/types";
import type { Runtime } from "@/server/runtime";
import { EXIT, usageError } from "./exit-codes";
import { oneLine } from "./format";
import { chooseEnvironment } from "./installation";
import { onInterrupt } from "./interrupt";
import { openLocalWork } from "./open-local-work";
import { callerPath } from "./terminal";
import type { Tools } from "./tools";

const LEFT_BY_SIGNAL = 130;
const LOOK_EVERY_MS = 500;

interface Options {
  environment?: string;
  params: BatchParams;
  capMicros: number;
  dryRun?: boolean;
  json?: boolean;
}

/** Makes all pictures, tells of each that ends, and gives the exit code: 0 only if every one was made. */
export async function runBatch({ terminal, env }: Tools, file: string, options: Options): Promise<number> {
  const say = (line: string) => terminal.say(line);
  const prompts = parsePrompts(await readList(callerPath(env, file)));
  const work = await openLocalWork(say, options.environment ?? null);
  const { installation, runtime } = work;
  const batch = { id: null as string | null };
  const operator: Operator = { principal: installation.principal, via: "cli", requestId: null };
  const cancel = () => {
    if (batch.id === null) return;
    void steerBatch(runtime.rollout, operator, { batchId: batch.id, step: "cancel" }).catch((error: Error) =>
      say(error.message),
    );
  };
  const stopListening = onInterrupt(
    () => {
      say("cancelling … (Ctrl-C again leaves at once; the batch then goes on where a server runs)");
      cancel();
    },
    () => process.exit(LEFT_BY_SIGNAL),
  );
  try {
    const environment = chooseEnvironment(installation, options.environment);
    const estimates = await estimateCalls(runtime.rollout, runtime.rollout.db, environment);
    const expected = estimates.reduce((sum, { micros }) => sum + micros * prompts.length, 0);
    for (const { provider, micros, measuredOn } of estimates) {
      const from = measuredOn === null ? "by the price book" : `measured on ${measuredOn}`;
      say(`${PROVIDER_NAMES[provider]}: ${formatMicros(micros)} a picture, ${from}`);
    }
    const over = expected > options.capMicros ? ": it will stop before the end" : "";
    say(
      `${prompts.length} prompts on both: est. ${formatMicros(expected)}, cap ${formatMicros(options.capMicros)}${over}`,
    );
    if (options.dryRun) return EXIT.ok;
    const { params, capMicros } = options;
    const name = file.split("/").at(-1) ?? file;
    const { batchId } = await startBatch(runtime.rollout, operator, { environment, name, prompts, params, capMicros });
    batch.id = batchId;
    say(`batch ${batchId} in ${environment}`);
    const told = new Set<string>();
    let last: BatchView | null = null;
    for await (const view of work.whileServed(watch(runtime, batchId))) {
      last = view;
      for (const line of endedLines(view, told)) say(line);
      terminal.status(view.words);
    }
    terminal.status(null);
    if (last === null) throw new Error(`batch ${batchId} is gone`);
    terminal.data(options.json ? JSON.stringify(last, null, 2) : last.words);
    return last.pairs.every(({ calls }) => calls.every(({ state }) => state === "succeeded")) ? EXIT.ok : EXIT.check;
  } finally {
    stopListening();
    await work.close();
  }
}

async function* watch({ rollout }: Runtime, batchId: string): AsyncGenerator<BatchView> {
  for (;;) {
    const view = await readBatch(rollout.db, batchId);
    yield view;
    if (view.endedAtMs !== null) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** What has ended since it was told last. */
function endedLines({ pairs }: BatchView, told: Set<string>): string[] {
  return pairs.flatMap(({ position, prompt, calls }) =>
    calls.flatMap(({ provider, state, words, costMicros }) => {
      const key = `${position} ${provider}`;
      if (told.has(key) || (state !== "succeeded" && state !== "failed")) return [];
      told.add(key);
      const what = state === "succeeded" ? formatMicros(costMicros ?? 0) : `failed: ${words}`;
      return [`${position} ${PROVIDER_NAMES[provider]}: ${oneLine(what, 160)} (${oneLine(prompt, 60)})`];
    }),
  );
}

async function readList(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw usageError("file", `must be a text in UTF-8, one prompt a line: ${path}`);
    const code = (error as NodeJS.ErrnoException).code; // node's own errors have one
    throw usageError("file", code === "ENOENT" ? `names no file: ${path}` : `cannot be read: ${path} (${code})`);
  }
}
