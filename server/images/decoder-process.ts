import { type ChildProcess, fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { DecodeAnswer, DecodeJob } from "./decode-protocol";
import type { DecodedImage, ImageMimeType } from "./image-service";
import { PictureProblem, type PictureRule } from "./picture-problem";

export interface DecoderLimits {
  /** Wall time of one picture. */
  decodeMs: number;
  rssBytes: number;
  startMs: number;
}

/** One child process that decodes one picture at a time. */
export interface Decoder {
  readonly pid: number;
  readonly decodedCount: number;
  readonly isAlive: boolean;
  /** Throws PictureProblem; after a time-out, too much memory or a crash the process is gone. */
  decode(bytes: Uint8Array, mimeType: ImageMimeType, sampleSide?: number): Promise<DecodedImage>;
  /** Kills the process and resolves when it has ended. */
  stop(): Promise<void>;
}

const KILLED: Partial<Record<PictureRule, string>> = {
  decoder_timeout: "took too long to decode",
  decoder_memory: "needs too much memory to decode",
  decoder_crash: "ends the decoder that reads it",
};

/**
 * No credential, no database address: native code in there is the product's most exposed. The cast drops Next's claim
 * that every environment has NODE_ENV.
 */
const BARE_ENVIRONMENT = { PATH: process.env.PATH ?? "" } as unknown as NodeJS.ProcessEnv;

/** Starts a decoding process and waits until it is ready. Throws an Error that says why it is not. */
export async function startDecoder(workerPath: string, execArgv: string[], limits: DecoderLimits): Promise<Decoder> {
  const child = fork(workerPath, [], {
    execArgv: ["--max-old-space-size=256", ...execArgv],
    env: BARE_ENVIRONMENT,
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-2_000);
  });
  await becomesReady(child, limits.startMs, () => stderr);
  let decodedCount = 0;
  let isAlive = true;
  void exited.then(() => {
    isAlive = false;
  });
  rest(child);

  return {
    pid: child.pid ?? -1,
    get decodedCount() {
      return decodedCount;
    },
    get isAlive() {
      return isAlive && child.connected;
    },
    async decode(bytes, mimeType, sampleSide) {
      decodedCount += 1;
      wake(child);
      try {
        return await decodeIn(child, limits, { id: decodedCount, bytes, mimeType, sampleSide });
      } finally {
        rest(child);
      }
    },
    async stop() {
      wake(child);
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** An idle decoder keeps nobody's process running. */
function rest(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  unrefStream(child);
}
function wake(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}
function unrefStream(child: ChildProcess): void {
  const stream: unknown = child.stderr;
  if (typeof stream === "object" && stream !== null && "unref" in stream && typeof stream.unref === "function")
    stream.unref();
}

function becomesReady(child: ChildProcess, startMs: number, stderr: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      settle();
      child.kill("SIGKILL");
      reject(new Error(`the decoder does not start: ${reason}`));
    };
    const timer = setTimeout(() => fail(`not ready after ${startMs} ms`), startMs);
    const onMessage = (answer: DecodeAnswer) => {
      if (answer.kind === "unfit") fail(answer.reason);
      if (answer.kind !== "ready") return;
      settle();
      resolve();
    };
    const onExit = (code: number | null, signal: string | null) =>
      fail(`it ended with ${signal ?? code}${stderr() ? `: ${stderr().trim().slice(-500)}` : ""}`);
    const onError = (error: Error) => fail(error.message);
    const settle = () => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit).off("error", onError);
      // Kept for good: a failing send must not become an uncaught error.
      child.on("error", () => {});
    };
    child.on("message", onMessage).on("exit", onExit).on("error", onError);
  });
}

function decodeIn(child: ChildProcess, limits: DecoderLimits, job: DecodeJob): Promise<DecodedImage> {
  return new Promise((resolve, reject) => {
    let cause: PictureRule = "decoder_crash";
    const kill = (rule: PictureRule) => {
      cause = rule;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => kill("decoder_timeout"), limits.decodeMs);
    const watch = setInterval(() => {
      void residentBytes(child.pid).then((bytes) => {
        if (bytes > limits.rssBytes) kill("decoder_memory");
      });
    }, 50);
    const settle = () => {
      clearTimeout(timer);
      clearInterval(watch);
      child.off("message", onMessage).off("exit", onExit);
    };
    const onMessage = (answer: DecodeAnswer) => {
      if (answer.kind === "decoded" && answer.id === job.id) {
        settle();
        resolve(answer.image);
      } else if (answer.kind === "refused" && answer.id === job.id) {
        settle();
        reject(new PictureProblem(answer.rule, answer.message));
      }
    };
    const onExit = () => {
      settle();
      reject(new PictureProblem(cause, KILLED[cause] ?? "cannot be decoded"));
    };
    child.on("message", onMessage).on("exit", onExit);
    if (child.exitCode !== null || child.signalCode !== null) onExit();
    else child.send(job, (error) => error && kill("decoder_crash"));
  });
}

/** Resident memory of another process; 0 where the system does not tell (then the decoder watches itself). */
async function residentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined || process.platform !== "linux") return 0;
  const status = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return Number(status.split(" ")[1] ?? 0) * 4096;
}
