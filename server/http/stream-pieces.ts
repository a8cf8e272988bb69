import { once } from "node:events";
import { API_HEADERS, type Headers } from "./answer";
import type { KeyedCall } from "./call";

/** Text of any length as it is made. A reader that is slow makes us slow, one that leaves ends the work. */
export async function streamPieces(
  { runtime, outgoing, signal, requestId }: Pick<KeyedCall, "runtime" | "outgoing" | "signal" | "requestId">,
  pieces: AsyncGenerator<string, void>,
  headers: Headers,
): Promise<void> {
  // The first piece is read before the answer begins, so that a database which is away is an honest 503.
  let piece = await pieces.next();
  outgoing.writeHead(200, { ...API_HEADERS, ...headers, "x-accel-buffering": "no" });
  try {
    for (; !piece.done && !signal.aborted; piece = await pieces.next())
      if (piece.value !== "" && !outgoing.write(piece.value)) await once(outgoing, "drain", { signal });
    if (!signal.aborted) outgoing.end();
  } catch (error) {
    if (!signal.aborted) runtime.log.warn("an export broke off", { requestId, error });
  } finally {
    await pieces.return(undefined);
    // Half a file must not look like a whole one: without the last chunk, a client sees that it broke off.
    if (!outgoing.writableEnded) outgoing.destroy();
  }
}
