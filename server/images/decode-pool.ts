import { AppError } from "@/server/errors";
import type { Log } from "@/server/log";
import { decodeWorkerPath, fenceArguments, loaderArguments } from "./decoder-arguments";
import { type Decoder, type DecoderLimits, startDecoder } from "./decoder-process";
import type { DecodedImage, ImageMimeType } from "./image-service";
import { MAX_DECODE_MS, MAX_DECODER_RSS_BYTES } from "./limits";
import { PictureProblem } from "./picture-problem";

export interface DecodePoolOptions {
  workerPath?: string;
  size?: number;
  /** Pictures that may wait for a decoder; more are refused with OVERLOADED. */
  maxWaiting?: number;
  /** A decoder is replaced after so many pictures: whatever it leaked or hid in itself goes with it. */
  picturesPerDecoder?: number;
  /** Idle decoders end after this time. */
  idleMs?: number;
  limits?: Partial<DecoderLimits>;
  log?: Pick<Log, "warn" | "error">;
}

export interface DecodePool {
  /**
   * Decodes fully in a child process. Throws PictureProblem about the picture, AppError OVERLOADED when too many wait
   * (`maxWaiting` here narrows the pool's own), UNAVAILABLE when no decoder starts or the pool is closed, and the
   * signal's reason on abort.
   */
  decode(
    bytes: Uint8Array,
    mimeType: ImageMimeType,
    options?: { signal?: AbortSignal; maxWaiting?: number; sampleSide?: number },
  ): Promise<DecodedImage>;
  /** Process ids of the decoders that run now. */
  pids(): number[];
  /** Ends every decoder; what waits or runs fails with UNAVAILABLE. May be called twice. */
  close(): Promise<void>;
}

interface Job {
  bytes: Uint8Array;
  mimeType: ImageMimeType;
  sampleSide: number | undefined;
  resolve(image: DecodedImage): void;
  reject(error: unknown): void;
}

/**
 * A start may fail for want of memory or time, so it is tried again; the last try is without Node's fences, because a
 * Node whose permission model refuses us should still decode. The log says so each time.
 */
const START_WITH_FENCE = [true, true, false];

/** Decoders start with the first picture that needs one. */
export function createDecodePool(options: DecodePoolOptions = {}): DecodePool {
  const { size = 2, maxWaiting = 256, picturesPerDecoder = 200, idleMs = 60_000, log } = options;
  const workerPath = options.workerPath ?? decodeWorkerPath();
  const limits = { decodeMs: MAX_DECODE_MS, rssBytes: MAX_DECODER_RSS_BYTES, startMs: 30_000, ...options.limits };
  const waiting: Job[] = [];
  let fencesFit = true;
  const decoders = new Set<Decoder>();
  const idle: Decoder[] = [];
  let running = 0;
  let isClosed = false;
  let idleTimer: NodeJS.Timeout | undefined;

  const closed = () => new AppError("UNAVAILABLE", "The picture check is stopping: try again in a moment");

  async function obtain(): Promise<Decoder> {
    const ready = idle.pop();
    if (ready?.isAlive) return ready;
    if (ready) decoders.delete(ready);
    let reason = "";
    for (const isFenced of fencesFit ? START_WITH_FENCE : [false, false]) {
      try {
        const fence = isFenced ? fenceArguments(workerPath) : [];
        const decoder = await startDecoder(workerPath, [...loaderArguments(workerPath), ...fence], limits);
        decoders.add(decoder);
        if (!isFenced) fencesFit = false;
        if (!isClosed) return decoder;
        await decoder.stop();
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        log?.warn("a decoding process did not start", { reason, isFenced });
      }
      if (isClosed) throw closed();
    }
    throw new AppError("UNAVAILABLE", `Pictures cannot be checked: ${reason}`, { retryAfterS: 5 });
  }

  async function release(decoder: Decoder): Promise<void> {
    const isWorn = decoder.decodedCount >= picturesPerDecoder || !decoder.isAlive || isClosed;
    if (!isWorn) {
      idle.push(decoder);
      return;
    }
    decoders.delete(decoder);
    await decoder.stop();
  }

  async function decodeOnce(job: Job): Promise<DecodedImage> {
    const decoder = await obtain();
    try {
      return await decoder.decode(job.bytes, job.mimeType, job.sampleSide);
    } finally {
      await release(decoder);
    }
  }

  async function run(job: Job): Promise<void> {
    running += 1;
    try {
      const image = await decodeOnce(job).catch((error: unknown) => {
        // Perhaps the system's memory ran out and not the picture is to blame: a fresh process decides.
        if (PictureProblem.is(error) && error.rule === "decoder_crash" && !isClosed) return decodeOnce(job);
        throw error;
      });
      job.resolve(image);
    } catch (error) {
      job.reject(isClosed ? closed() : error);
    } finally {
      running -= 1;
      next();
    }
  }

  function next(): void {
    clearTimeout(idleTimer);
    while (running < size) {
      const job = waiting.shift();
      if (!job) break;
      void run(job);
    }
    if (running === 0 && !isClosed) {
      idleTimer = setTimeout(() => void stopAll(), idleMs);
      idleTimer.unref();
    }
  }

  async function stopAll(): Promise<void> {
    idle.length = 0;
    const all = [...decoders];
    decoders.clear();
    await Promise.all(all.map((decoder) => decoder.stop()));
  }

  return {
    decode(bytes, mimeType, { signal, maxWaiting: bound = maxWaiting, sampleSide } = {}) {
      return new Promise((resolve, reject) => {
        if (isClosed) throw closed();
        signal?.throwIfAborted();
        if (waiting.length >= Math.min(bound, maxWaiting)) {
          throw new AppError("OVERLOADED", "Too many pictures wait to be checked", { retryAfterS: 2 });
        }
        const job: Job = { bytes, mimeType, sampleSide, resolve, reject };
        const onAbort = () => {
          const at = waiting.indexOf(job);
          if (at !== -1) waiting.splice(at, 1);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        const done = () => signal?.removeEventListener("abort", onAbort);
        job.resolve = (image) => {
          done();
          resolve(image);
        };
        job.reject = (error) => {
          done();
          reject(error);
        };
        waiting.push(job);
        next();
      });
    },
    pids: () => [...decoders].filter((decoder) => decoder.isAlive).map((decoder) => decoder.pid),
    async close() {
      isClosed = true;
      clearTimeout(idleTimer);
      for (const job of waiting.splice(0)) job.reject(closed());
      await stopAll();
    },
  };
}
