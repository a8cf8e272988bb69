import type { Duplex } from "node:stream";

const ANSWERS: Record<string, [number, string, string]> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "the headers must have at most 16384 bytes"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "the request did not arrive in time"],
};

/** For what is no HTTP at all: there is no request yet, so the answer is written by hand. */
export function refuseClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title, detail] = ANSWERS[error.code ?? ""] ?? [400, "Bad Request", "the request is no valid HTTP"];
  const body = JSON.stringify({ type: "about:blank", title, status, detail, code: "BAD_REQUEST", errors: [] });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
