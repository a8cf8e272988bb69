import type { IncomingMessage } from "node:http";
import { AppError } from "@/server/errors";

/** After an answer, this much of an unread body is still taken in, so that the caller gets to read the answer. */
const DRAIN_MAX_BYTES = 1_000_000;
const DRAIN_MAX_MS = 2_000;

/**
 * The body whole. Throws PAYLOAD_TOO_LARGE as soon as it is known to be larger: by its announced length before a byte
 * is read, else at the byte that is too many.
 */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (error: unknown) => {
      incoming.off("data", onData);
      incoming.pause();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return stop(tooLarge(maxBytes));
      chunks.push(chunk);
    };
    incoming.on("data", onData);
    incoming.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    incoming.once("error", stop);
    incoming.once("close", () => {
      if (!incoming.complete)
        stop(new AppError("BAD_REQUEST", "the connection was closed before the body was complete"));
    });
  });
}

/** Takes in a little of a body that nobody read; ends the connection of a caller that keeps sending. */
export function drain(incoming: IncomingMessage): void {
  if (incoming.complete || incoming.destroyed) return;
  let size = 0;
  const end = () => incoming.socket.destroy();
  const timer = setTimeout(end, DRAIN_MAX_MS);
  timer.unref();
  incoming.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > DRAIN_MAX_BYTES) end();
  });
  incoming.once("close", () => clearTimeout(timer));
  incoming.once("end", () => clearTimeout(timer));
  incoming.resume();
}

function tooLarge(maxBytes: number): AppError {
  const rule = `must have at most ${maxBytes} bytes`;
  return new AppError("PAYLOAD_TOO_LARGE", `the body ${rule}`, { problems: [{ field: "body", rule }] });
}
